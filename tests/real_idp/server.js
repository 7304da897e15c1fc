// A certified authorization server at Mixpanel's addresses, and what a login needs of its API.
//
// It prints its own address once it listens. Tests steer it and ask what it saw below /control.

import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const AUTHORIZATION_PATH = '/oauth/authorize';
const TOKEN_PATH = '/oauth/token';
const SCOPES = 'projects analysis events insights segmentation retention data:read funnels flows'
  + ' data_definitions dashboard_reports bookmarks';

const PEOPLE = {
  ada: person(11, 'ada@example.com'),
  grace: person(12, 'grace@example.com'),
};

function person(id, email) {
  const projects = { 3018488: { name: 'Engine', organization_id: 1 } };
  return { user_id: id, user_email: email, organizations: { 1: { id: 1, name: 'Lab' } }, projects };
}

// The client of devices without a browser (RFC 8628), which does not register itself.
const DEVICE = {
  client_id: 'acme-device',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'none',
};

let seen;
let switches;
let issued;
// A request that is held up waits for `release`; `arrived` tells that there is one.
let gate;
let address;
let idp;

function beginAnew() {
  seen = { registrations: 0, tokens: [], calls: [], revoked: 0 };
  switches = { lifetime_s: 3600, fault: null };
  issued = new Set();
  gate = { arrived: signal(), released: signal() };
  idp = provider(address);
}

function signal() {
  let settle;
  const settled = new Promise((resolve) => { settle = resolve; });
  return { settled, settle };
}

async function hold(ctx) {
  const hungUp = signal();
  const here = gate;
  ctx.res.on('close', hungUp.settle);
  here.arrived.settle();
  await Promise.race([here.released.settled, hungUp.settled]);
  Object.assign(here, { arrived: signal(), released: signal() });
}

function cut(ctx) {
  ctx.respond = false;
  ctx.res.destroy();
}

function fail(ctx) {
  ctx.status = 503;
  ctx.body = { error: 'temporarily_unavailable' };
}

const ACTS = { hold, cut, fail };

// A fault strikes one token request, before the server looks at it or after it has answered.
async function strike(ctx, next) {
  if (ctx.path !== TOKEN_PATH || switches.fault === null) {
    await next();
    return;
  }
  const { when, act } = switches.fault;
  switches.fault = null;
  if (when === 'after') await next();
  await ACTS[act](ctx);
  if (when === 'before' && act === 'hold' && !ctx.res.destroyed) await next();
}

function provider(issuer) {
  const made = new Provider(issuer, {
    clientAuthMethods: ['none'],
    clients: [DEVICE],
    // Redirect URIs have to match to the port: a native client's would match on any.
    clientDefaults: { application_type: 'web' },
    cookies: { keys: ['fake-secret-of-the-cookies'] },
    expiresWithSession: () => false,
    features: {
      deviceFlow: { enabled: true },
      devInteractions: { enabled: true },
      registration: { enabled: true },
      revocation: { enabled: true },
    },
    findAccount: (ctx, id) => id in PEOPLE && { accountId: id, claims: () => ({ sub: id }) },
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true, methods: ['S256'] },
    rotateRefreshToken: true,
    routes: {
      authorization: AUTHORIZATION_PATH,
      registration: '/oauth/mcp/register',
      revocation: '/oauth/revoke_token',
      token: TOKEN_PATH,
    },
    scopes: SCOPES.split(' '),
    ttl: { AccessToken: () => switches.lifetime_s, Grant: 86400, RefreshToken: 86400 },
  });
  made.use(strike);
  made.on('access_token.saved', (token) => issued.add(token));
  made.on('grant.success', (ctx) => note(ctx, 'ok'));
  made.on('grant.error', (ctx, error) => note(ctx, error.error_detail ?? error.message));
  made.on('grant.revoked', () => { seen.revoked += 1; });
  made.on('registration_create.success', () => { seen.registrations += 1; });
  return made;
}

function note(ctx, outcome) {
  seen.tokens.push([ctx.oidc.params?.grant_type ?? '', outcome]);
}

const API = {
  '/api/app/me': (who) => ({ status: 'ok', results: PEOPLE[who] }),
  '/api/query/events/names': () => ['Sign Up'],
};

async function api(tokens, request, path) {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const token = bearer && await tokens.find(bearer);
  const status = token ? 200 : 401;
  seen.calls.push([path, status]);
  return [status, token ? API[path](token.accountId) : { error: 'invalid_token' }];
}

const CONTROL = {
  '/control/begin-anew': beginAnew,
  '/control/seen': () => seen,
  '/control/set': (values) => Object.assign(switches, values),
  '/control/arrived': () => gate.arrived.settled,
  '/control/release': () => gate.released.settle(),
  '/control/expire': async () => {
    await Promise.all([...issued].map((token) => token.destroy()));
    issued.clear();
  },
};

async function answer(request, response) {
  // Mixpanel's addresses end in a slash, those of the provider don't.
  request.url = request.url.replace(/^([^?]+)\/(?=\?|$)/, '$1');
  const [path] = request.url.split('?');
  // Who asks for no scope is granted all, as by Mixpanel.
  if (path === AUTHORIZATION_PATH) request.url += `&scope=${encodeURIComponent(SCOPES)}`;
  if (path in API) {
    send(response, ...await api(idp.AccessToken, request, path));
  } else if (path in CONTROL) {
    const values = request.method === 'POST' ? await json(request) : undefined;
    send(response, 200, await CONTROL[path](values) ?? null);
  } else {
    idp.callback()(request, response);
  }
}

function send(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

// Whoever started the server holds its input open, so that it never outlives a test run.
process.stdin.on('end', () => process.exit()).resume();

const server = createServer(answer);
server.listen(0, '127.0.0.1', () => {
  address = `http://127.0.0.1:${server.address().port}`;
  beginAnew();
  console.log(address);
});
