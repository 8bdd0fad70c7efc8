"""ACS Invoicing on a desk: with its sandbox, or with answers that a test makes up."""

from typing import Any

from providers.invoicing.acs import Acs, Options, build
from providers.invoicing.acs.sandbox import Switches, sandbox
from providers.sandbox import Reply, Request, Sandbox, SandboxAdapter, Script
from tests.builders import SettableClock
from tests.contract.invoicing.suite import TODAY, TOKEN, draft


class Canned:
    """Answers every request with what the test says, and remembers what was asked for."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def state(self) -> dict[str, object]:
        return {}

    def provider(self, **options: Any) -> Acs:
        url, adapter = "https://a.example/api/v1/", SandboxAdapter(Sandbox(self, sleep=lambda _: None))
        chosen = Options.model_validate(options)
        return build(base_url=url, token=TOKEN, options=chosen, adapter=adapter, sleep=lambda _: None)


def ok(result: object) -> Reply:
    return Reply.json(200, {"status": "success", "result": result})


def failed(result: object, status: int = 200) -> Reply:
    return Reply.json(status, {"status": "error", "result": result})


class Desk:
    """A provider with its sandbox and faults."""

    def __init__(self, switches: Switches | None = None, **options: Any) -> None:
        self.script, self.clock = Script(), SettableClock()
        self.sandbox = sandbox(
            token=TOKEN, switches=switches, faults=self.script, clock=self.clock, sleep=lambda _: None
        )
        self.provider = build(
            base_url="https://a.example",
            token=TOKEN,
            options=Options.model_validate(options),
            adapter=SandboxAdapter(self.sandbox),
            sleep=lambda _: None,
            today=lambda: TODAY,
        )

    def issue(self, number: int = 1001, **changes: Any) -> str:
        return self.provider.create(self.provider.prepare(draft(number, **changes)), idempotency_key="k").remote_id

    @property
    def asked(self) -> list[str]:
        return [f"{each.method} {each.url.removeprefix('/api/v1')}" for each in self.sandbox.log]
