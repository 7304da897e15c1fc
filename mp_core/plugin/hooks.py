"""The hooks between the core and its plugins.

A *provider* serves one account type. It is found through the entry-point group
`mp_core.providers`, where the entry point's name is the account type and its value a module (or
object) with hook implementations. An *extension* serves all types, is found through
`mp_core.extensions`, and is switched on by name in `[settings].extensions`.

A hook about an account reaches that type's provider, the extensions, and the core's defaults,
never another provider; so no implementation needs to ask whether an account is its own. An
implementation names only the parameters that it needs. Raise `mp_core.errors.ConfigError` or
`mp_core.errors.OAuthError` for what the user can put right; anything else counts as a defect of the
plugin and is reported as one.

The hooks that load, persist and delete tokens are about configured accounts: an account that came
over a bridge has a file of its own, so that no plugin mixes it up with one of the same name. What
they keep, they keep under `store.key`: one name may stand for several accounts, in several storage
roots, configuration files, types and regions. Tokens say themselves which slot they belong to; a
plugin keeps all that `reveal` gives, and the core refuses those that belong to another slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import pluggy

if TYPE_CHECKING:
    import ssl

    import httpx

    from mp_core._network.endpoints import Family
    from mp_core.plugin.account import Account
    from mp_core.plugin.audit import AuditEvent
    from mp_core.plugin.environment import EnvAccount
    from mp_core.plugin.login import LoginFlow
    from mp_core.plugin.outgoing import OutgoingRequest
    from mp_core.plugin.tokens import OAuthTokens, TokenResolver, TokenStore

CONTRACT: Final = "1.1"
"""Version of the contract between the core and its plugins: what this module specifies.

A new hook or a new parameter of one raises the minor number, and plugins work on as they are. What
a plugin has to follow raises the major number. A plugin may declare `MP_CONTRACT = "1.1"`, the
version that it was written for. One of the same major version is used; if its minor version is
newer than the core's, that is warned of, and hooks that the core does not know are not called. One
of another major version is refused.
"""

PROJECT: Final = "mp_core"
PROVIDERS: Final = "mp_core.providers"
EXTENSIONS: Final = "mp_core.extensions"
ENVIRONMENT: Final = "mp_core.environment"
"""Group of a provider's variables: each entry's name is one, and its value the account type.

With such entries, in the distribution of the provider itself, the provider is imported for the
environment only where one of these variables is set; so it has to announce every one with which it
finds an identity, but for `MP_PROJECT_ID` and `MP_REGION`. Without entries it is always asked. One
that never looks into the environment says so with a single entry whose name is `-`.

    [project.entry-points."mp_core.environment"]
    ACME_TICKET = "acme"
"""

Stage = Literal["add", "update", "load", "env", "bridge"]
"""When an account is validated: on entry, on change, on reading, from the environment, a bridge."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class PluginSpec:
    """Every hook. Each docstring shows a complete implementation."""

    @hookspec(firstresult=True)
    def mp_account_model(self) -> type[Account] | None:
        """Return the pydantic class of the type's accounts. Required.

        Its `type` is a literal that equals the entry point's name.

            class AcmeAccount(Account):
                type: Literal["acme"] = "acme"
                ticket: SecretStr

                def is_long_lived(self) -> bool:
                    return True

            @hookimpl
            def mp_account_model():
                return AcmeAccount
        """

    @hookspec(firstresult=True)
    def mp_auth_header(self, account: Account, token_resolver: TokenResolver) -> str | None:
        """Return the whole value of the `Authorization` header (RFC 9110 §11.6.2).

        Required of a provider without `mp_authenticate`.

            @hookimpl
            def mp_auth_header(account, token_resolver):
                return f"Bearer {token_resolver.get_token(account)}"
        """

    @hookspec(firstresult=True)
    def mp_authenticate(
        self, account: Account, request: OutgoingRequest, token_resolver: TokenResolver
    ) -> Mapping[str, str] | None:
        """Return the headers that prove one request; None: what `mp_auth_header` returns.

        Every attempt is asked about anew. What a provider returns stands over all other headers; an
        extension may add headers, but no `Authorization`; wrappers are not called.
        `request.content` is None unless the plugin says `MP_NEEDS_BODY = True`: then bodies are
        read into memory before they are sent.

            @hookimpl
            def mp_authenticate(account, request):
                text = f"{request.method} {request.url}".encode()
                key = account.ticket.get_secret_value().encode()
                return {"Authorization": f"Acme {hmac.new(key, text, 'sha256').hexdigest()}"}
        """

    @hookspec(firstresult=True)
    def mp_endpoint(self, account: Account, family: Family) -> str | None:
        """Return the base address of an API behind a gateway; None: the host of the region.

        It is https, or http on a loopback host. The path of the API follows it, `/api/app` for
        example, as it follows `MP_API_BASE_URL`, which stands over it. No extension is asked.

            @hookimpl
            def mp_endpoint(account, family):
                return None if family == "oauth" else "https://gateway.acme.example/mixpanel"
        """

    @hookspec(firstresult=True)
    def mp_tls_context(self, account: Account) -> ssl.SSLContext | None:
        """Return what secures every connection for the account, such as a client certificate.

        It is asked for again after some minutes, and whenever the account changes. No extension is
        asked.

        @hookimpl
        def mp_tls_context(account):
            context = ssl.create_default_context()
            if os.path.exists("/etc/acme/client.pem"):
                context.load_cert_chain("/etc/acme/client.pem")
            return context
        """

    @hookspec
    def mp_validate_account(self, account: Account, stage: Stage) -> None:
        """Raise `ConfigError` to refuse an account. All implementations run; one veto suffices.

        The error says why, and its hint what to do. An account that is refused at some stages
        alone gets in at the others.

            @hookimpl
            def mp_validate_account(account):
                if account.region != "eu":
                    reason = "Accounts of this company live in the eu region."
                    raise ConfigError(reason, hint="Ask for one: data-office@acme.example")
        """

    @hookspec(firstresult=True)
    def mp_account_from_env(self, env: Mapping[str, str]) -> EnvAccount | None:
        """Return the identity that the environment holds, complete or not; None for no trace of it.

        @hookimpl
        def mp_account_from_env(env):
            return env_account(env, AcmeAccount, {"ticket": "ACME_TICKET"}, rank=50)
        """

    @hookspec(firstresult=True)
    def mp_login(self, account: Account, flow: LoginFlow) -> OAuthTokens | None:
        """Run the type's interactive login and return the tokens; keep nothing.

        `flow` gives an HTTP client, the client registration, the person, and the deadline. A type
        without this hook has no login.

            @hookimpl
            def mp_login(account, flow):
                flow.say(f"Open https://sso.acme.example/{account.name}")
                form = {"grant_type": "urn:acme:approval", "user": account.name}
                return request_tokens(flow.http, "https://sso.acme.example/token", form)
        """

    @hookspec(firstresult=True)
    def mp_refresh_tokens(
        self, account: Account, tokens: OAuthTokens, http: httpx.Client
    ) -> OAuthTokens | None:
        """Ask for new tokens (RFC 6749 §6); nothing but the request: no file, no lock.

        @hookimpl
        def mp_refresh_tokens(account, tokens, http):
            spent = tokens.refresh_token.get_secret_value()
            form = {"grant_type": "refresh_token", "refresh_token": spent}
            return request_tokens(http, "https://sso.acme.example/token", form)
        """

    @hookspec(firstresult=True)
    def mp_fetch_tokens(self, account: Account, http: httpx.Client) -> OAuthTokens | None:
        """Ask for tokens that no person has to approve (RFC 6749 §4.4), once for all who wait.

        Called when none are left that are fresh or can be refreshed; the core keeps them until they
        expire or the account changes. Nothing but the request: no file, no lock.

            @hookimpl
            def mp_fetch_tokens(account, http):
                ticket = account.ticket.get_secret_value()
                form = {"grant_type": "client_credentials", "client_secret": ticket}
                return request_tokens(http, "https://sso.acme.example/token", form)
        """

    @hookspec(firstresult=True)
    def mp_revoke_tokens(
        self, account: Account, tokens: OAuthTokens, http: httpx.Client
    ) -> bool | None:
        """Revoke the tokens at the server (RFC 7009) and return whether that worked.

        @hookimpl
        def mp_revoke_tokens(account, tokens, http):
            spent = tokens.refresh_token.get_secret_value()
            answer = http.post("https://sso.acme.example/revoke", data={"token": spent})
            return answer.is_success
        """

    @hookspec(firstresult=True)
    def mp_load_tokens(self, account: Account, store: TokenStore) -> OAuthTokens | None:
        """Return the stored tokens, or None. Without an implementation: the file store.

        @hookimpl(tryfirst=True)
        def mp_load_tokens(store):
            import keyring

            text = keyring.get_password("mp", store.key)
            return OAuthTokens.model_validate_json(text) if text else None
        """

    @hookspec(firstresult=True)
    def mp_persist_tokens(
        self, account: Account, tokens: OAuthTokens, store: TokenStore
    ) -> str | None:
        """Store the tokens durably and return where they are now, for people to read.

        @hookimpl(tryfirst=True)
        def mp_persist_tokens(tokens, store):
            import keyring

            keyring.set_password("mp", store.key, json.dumps(tokens.reveal()))
            return "the system keyring"
        """

    @hookspec
    def mp_delete_tokens(self, account: Account, store: TokenStore) -> bool | None:
        """Delete the stored tokens and return whether there were any. All implementations run.

        @hookimpl
        def mp_delete_tokens(store):
            import keyring

            found = keyring.get_password("mp", store.key) is not None
            if found:
                keyring.delete_password("mp", store.key)
            return found
        """

    @hookspec(firstresult=True)
    def mp_account_status(self, account: Account, tokens: OAuthTokens | None) -> str | None:
        """Return `ok`, `needs_login`, `needs_token` or `untested` without a request; None: unsure.

        Raise `OAuthError` for tokens that are of no use, and say why: a login is needed.

            @hookimpl
            def mp_account_status(account, tokens):
                return None if tokens else "needs_login"
        """

    @hookspec
    def mp_record(self, event: AuditEvent) -> None:
        """Take note of what happened with an account's credential. All implementations run.

        @hookimpl
        def mp_record(event):
            logging.getLogger("acme.audit").info(json.dumps(event.as_json()))
        """

    @hookspec(firstresult=True)
    def mp_export_bridge(
        self, account: Account, tokens: OAuthTokens | None, token_resolver: TokenResolver
    ) -> tuple[Mapping[str, Any], Mapping[str, Any] | None] | None:
        """Return the account's record with its secrets, and its tokens, to carry elsewhere.

        @hookimpl
        def mp_export_bridge(account, tokens):
            return reveal(account), tokens.reveal() if tokens else None
        """
