"""What can be wrong with the import of a provider."""

from __future__ import annotations

from tests.support.defect import Defect

IMPORT_DEFECTS = {
    "heavy": Defect(
        "from pydantic import SecretStr",
        "import httpx, click\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "import it in the function that needs it",
    ),
    "slow": Defect(
        "from pydantic import SecretStr",
        "import time\nend = time.process_time() + 2\n"
        "while time.process_time() < end:\n    pass\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "times as long as all that the core loads for an account",
    ),
    "sleepy": Defect(
        "from pydantic import SecretStr",
        "import time\ntime.sleep(0.1)\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "The provider waits when it is imported",
    ),
    "asking": Defect(
        "from pydantic import SecretStr",
        "import socket\nsocket.getaddrinfo('localhost', 1)\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "The provider looks up a host name when it is imported",
    ),
    "writing": Defect(
        "from pydantic import SecretStr",
        "open('imported', 'w').close()\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "The provider writes the file imported when it is imported",
    ),
    "threaded": Defect(
        "from pydantic import SecretStr",
        "import threading\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "from pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "The provider starts a thread when it is imported",
    ),
    "loud": Defect(
        "from pydantic import SecretStr",
        "print('hi')\nfrom pydantic import SecretStr",
        "test_importing_the_provider_is_light_and_silent",
        "prints when it is imported: hi",
    ),
}
"""Defects of the good provider by the type that has them."""
