"""Several invoices in one call: answers by element or for all, and lost ones resolved element by element."""

from collections.abc import Sequence

import pytest

from providers.domain.documents import DocumentKind, RemoteDocument
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Throttled
from providers.invoicing.acs import Options, bulk
from providers.invoicing.acs.bulk import Outcome
from providers.invoicing.acs.sandbox import ReferenceShown, Switches
from providers.ports import Prepared
from providers.sandbox import Fault, faults
from tests.contract.invoicing.suite import TOKEN, draft
from tests.unit.providers.acs_desk import Canned, Desk, ok

REFERENCES = ["garden/1", "garden/2"]
INVOICES = "/api/v1/invoices"


def several(desk: Desk, *numbers: int, wrong: int = 0, **wrong_members: object) -> list[Prepared]:
    """Prepared invoices; the service refuses the one with the wrong number."""
    made = [desk.provider.prepare(draft(number)) for number in numbers]
    for prepared in made:
        if prepared.reference == f"garden/{wrong}":
            invoice = prepared.payload["invoice"]
            assert isinstance(invoice, dict)
            invoice.update(wrong_members or {"due_date": "someday"})
    return made


def made_by(desk: Desk, prepared: Sequence[Prepared]) -> tuple[Outcome, ...]:
    keys = [f"create/{each.reference}" for each in prepared]
    return desk.provider.create_many(prepared, idempotency_keys=keys)


def told(outcomes: Sequence[Outcome]) -> list[str]:
    """The reference of what was made, the kind of error of what was not."""
    return [each.reference if isinstance(each, RemoteDocument) else type(each).__name__ for each in outcomes]


def there(desk: Desk) -> list[str]:
    documents = desk.sandbox.state()["documents"]
    assert isinstance(documents, list)
    return [each["reference"] for each in documents]


def found_by(desk: Desk, prepared: Sequence[Prepared]) -> list[int]:
    """How many are found of each, one by one."""
    return [len(desk.provider.find(each.reference, DocumentKind.INVOICE)) for each in prepared]


def test_several_invoices_are_made_with_one_call() -> None:
    desk = Desk()
    outcomes = made_by(desk, several(desk, 1, 2, 3))
    assert told(outcomes) == there(desk) == ["garden/1", "garden/2", "garden/3"]
    assert [each for each in desk.asked if "/invoice" in each] == ["POST /invoices"]


@pytest.mark.parametrize(
    "switches",
    [Switches(), Switches(bulk_fails_in_part=True), Switches(bulk_fails_in_part=True, errors_as_http_200=True)],
)
def test_each_element_is_answered_by_itself_whatever_the_whole_says(switches: Switches) -> None:
    desk = Desk(switches)
    outcomes = made_by(desk, several(desk, 1, 2, 3, wrong=2))
    assert told(outcomes) == ["garden/1", "Refused", "garden/3"]
    assert "due_date" in str(outcomes[1])
    assert there(desk) == ["garden/1", "garden/3"]


@pytest.mark.parametrize("as_200", [True, False])
def test_all_are_refused_with_one_answer_and_one_by_one_they_show_whose_it_is(as_200: bool) -> None:
    desk = Desk(Switches(bulk_all_or_nothing=True, errors_as_http_200=as_200), bulk="all_or_nothing")
    prepared = several(desk, 1, 2, wrong=2)
    assert told(made_by(desk, prepared)) == ["Refused", "Refused"]
    assert there(desk) == []
    assert [told(made_by(desk, [each])) for each in prepared] == [["garden/1"], ["Refused"]]


def test_one_that_names_what_the_account_lacks_is_left_out_of_the_call() -> None:
    desk = Desk(Switches(bulk_all_or_nothing=True), bulk="all_or_nothing")
    lacking = {"currency_id": {"look_up": "currencies", "any_of": ["ZZZ"]}}
    outcomes = made_by(desk, several(desk, 1, 2, 3, wrong=2, **lacking))
    assert told(outcomes) == ["garden/1", "Refused", "garden/3"]
    assert "lack ZZZ" in str(outcomes[1])
    only = several(desk, 4, wrong=4, **lacking)
    before = len(desk.asked)
    assert told(made_by(desk, only)) == ["Refused"]
    assert not [each for each in desk.asked[before:] if each.startswith("POST")]


def test_elements_without_a_reference_or_a_total_are_matched_by_their_place() -> None:
    for switches in (Switches(answers_id_only=True), Switches(reference_shown=ReferenceShown.NOWHERE)):
        desk = Desk(switches)
        first, second, third = made_by(desk, several(desk, 1, 2, 3, wrong=1))
        assert isinstance(first, Refused)
        assert [each.remote_id for each in (second, third) if isinstance(each, RemoteDocument)] == ["70002", "70003"]


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_each_unknown_and_each_is_found_by_its_reference(fault: Fault) -> None:
    desk = Desk(list_proves_absence=True)
    desk.script.after_acting(fault, method="POST", path=INVOICES)
    prepared = several(desk, 1, 2, 3, wrong=2)
    assert told(made_by(desk, prepared)) == ["OutcomeUnknown"] * 3
    assert there(desk) == ["garden/1", "garden/3"]
    assert found_by(desk, prepared) == [1, 0, 1]


def test_a_lost_refusal_of_all_leaves_each_unknown_and_none_is_found() -> None:
    desk = Desk(Switches(bulk_all_or_nothing=True), bulk="all_or_nothing", list_proves_absence=True)
    desk.script.after_acting(faults.dropped(), method="POST", path=INVOICES)
    prepared = several(desk, 1, 2, wrong=2)
    assert told(made_by(desk, prepared)) == ["OutcomeUnknown"] * 2
    assert found_by(desk, prepared) == [0, 0]


def test_a_lost_answer_that_had_no_effect_leaves_nothing_to_find_and_all_can_be_made_again() -> None:
    desk = Desk(list_proves_absence=True)
    desk.script.before_acting(faults.dropped(), method="POST", path=INVOICES)
    prepared = several(desk, 1, 2)
    assert told(made_by(desk, prepared)) == ["OutcomeUnknown"] * 2
    assert desk.provider.find_many(REFERENCES, DocumentKind.INVOICE) == {"garden/1": (), "garden/2": ()}
    assert told(made_by(desk, prepared)) == there(desk) == REFERENCES


def test_several_are_found_by_one_reading_of_the_list() -> None:
    desk = Desk(list_proves_absence=True)
    made_by(desk, several(desk, 1, 2, 3))
    desk.issue(2)
    before = len(desk.asked)
    found = desk.provider.find_many(["garden/1", "garden/2", "garden/9"], DocumentKind.INVOICE)
    assert {reference: len(each) for reference, each in found.items()} == {"garden/1": 1, "garden/2": 2, "garden/9": 0}
    assert len(desk.asked) == before + 1
    assert desk.provider.find_many(["garden/1"], DocumentKind.RECEIPT) == {"garden/1": ()}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.refused_connection(), NotSent),
        (faults.throttled("7"), Throttled),
        (faults.status(401), AccessDenied),
        (faults.status(503), OutcomeUnknown),
    ],
)
def test_what_goes_wrong_with_the_call_goes_wrong_with_each(fault: Fault, error: type[Exception]) -> None:
    desk = Desk()
    desk.script.before_acting(fault, method="POST", path=INVOICES)
    outcomes = made_by(desk, several(desk, 1, 2))
    assert [type(each) for each in outcomes] == [error, error]
    assert there(desk) == []
    assert len([each for each in desk.asked if each == "POST /invoices"]) == 1


def test_a_look_before_the_call_that_fails_leaves_all_of_them_unsent() -> None:
    desk = Desk()
    desk.script.after_acting(faults.dropped(), method="GET", times=100)
    assert told(made_by(desk, several(desk, 1, 2))) == ["NotSent", "NotSent"]
    assert not [each for each in desk.asked if each.startswith("POST")]


def test_after_a_refusal_ids_are_looked_up_anew() -> None:
    desk = Desk()
    made_by(desk, several(desk, 1))
    desk.sandbox.service.wipe()  # type: ignore[attr-defined]
    assert told(made_by(desk, several(desk, 2))) == ["Refused"]
    assert told(made_by(desk, several(desk, 2))) == ["garden/2"]


def test_outcomes_hold_no_token() -> None:
    quoting = f"https://a.example/?access_token={TOKEN}"
    elements = [{"status": "error", "result": quoting}, {"id": 2, "link": quoting}]
    prepared = [Prepared(reference, {"invoice": {}}) for reference in REFERENCES]
    provider = Canned(ok(elements)).provider()
    outcomes = provider.create_many(prepared, idempotency_keys=["a", "b"])
    assert told(outcomes) == ["Refused", ""]
    assert TOKEN not in repr(outcomes)


@pytest.mark.parametrize(
    ("result", "became"),
    [
        ([{"id": 1}, {"id": 2}], ["made", "made"]),
        ([1, 2], ["made", "made"]),
        ([{"id": 2, "order_number": "garden/2"}, {"id": 1, "order_number": "garden/1"}], ["made", "made"]),
        ([{"id": 2, "order_number": "garden/2"}], ["unknown", "made"]),
        ([{"id": 2, "order_number": "garden/9"}, {"id": 1}], ["unknown", "made"]),
        ([{"status": "error", "result": "no"}, {"status": "ok", "result": {"id": 2}}], ["refused", "made"]),
        ([{"id": 1}, None], ["made", "unknown"]),
        ([{"id": 1}], ["unknown", "unknown"]),
        ([], ["unknown", "unknown"]),
        (None, ["unknown", "unknown"]),
        ("done", ["unknown", "unknown"]),
    ],
)
def test_what_no_element_tells_of_is_unknown_never_refused(result: object, became: list[str]) -> None:
    outcomes = bulk.answered(REFERENCES, result, Options(), lambda _: "")
    words = {RemoteDocument: "made", Refused: "refused", OutcomeUnknown: "unknown"}
    assert [words[type(each)] for each in outcomes] == became
    for reference, each in zip(REFERENCES, outcomes, strict=True):
        assert not isinstance(each, RemoteDocument) or each.reference in {reference, ""}


def test_too_many_and_repeated_references_or_keys_are_not_sent() -> None:
    desk = Desk(bulk_size=2)
    for numbers, keys in (((1, 2, 3), "abc"), ((1, 1), "ab"), ((1, 2), "aa"), ((1, 2), "a")):
        with pytest.raises(ValueError, match="at most 2"):
            desk.provider.create_many(several(desk, *numbers), idempotency_keys=list(keys))
    assert desk.asked == []


def test_nothing_to_make_is_no_call() -> None:
    desk = Desk()
    assert made_by(desk, []) == ()
    assert desk.asked == []
