"""Several invoices in one call: answers by element or for all, and lost ones resolved element by element."""

import pytest

from providers.domain.documents import RemoteDocument
from providers.domain.errors import FieldRefusal, OutcomeUnknown, Refused
from providers.invoicing.acs import Options, bulk
from providers.invoicing.acs.bulk import Became, Element
from providers.invoicing.acs.sandbox import ReferenceShown, Switches
from providers.ports import Prepared
from providers.sandbox import faults
from tests.contract.invoicing.suite import draft
from tests.unit.providers.acs_desk import Desk

REFERENCES = ["garden/1", "garden/2"]


def several(desk: Desk, *numbers: int, unknown_customer: int = 0) -> list[Prepared]:
    """Prepared invoices; the service refuses the one with this number."""
    made = [desk.provider.prepare(draft(number)) for number in numbers]
    for prepared in made:
        if prepared.reference == f"garden/{unknown_customer}":
            invoice = prepared.payload["invoice"]
            assert isinstance(invoice, dict)
            invoice["due_date"] = "someday"
    return made


def told(elements: tuple[Element, ...]) -> list[tuple[str, str]]:
    return [(each.reference.removeprefix("garden/"), each.became.value) for each in elements]


def test_several_invoices_are_made_with_one_call() -> None:
    desk = Desk()
    elements = desk.provider.create_many(several(desk, 1, 2, 3))
    assert told(elements) == [("1", "made"), ("2", "made"), ("3", "made")]
    assert [each.documents[0].reference for each in elements] == ["garden/1", "garden/2", "garden/3"]
    assert [each for each in desk.asked if "/invoice" in each] == ["POST /invoices"]


def test_each_element_is_answered_by_itself() -> None:
    desk = Desk()
    elements = desk.provider.create_many(several(desk, 1, 2, 3, unknown_customer=2))
    assert told(elements) == [("1", "made"), ("2", "refused"), ("3", "made")]
    refused = elements[1].refused
    assert refused is not None
    assert "due_date" in str(refused)
    assert elements[2].documents[0].reference == "garden/3"


@pytest.mark.parametrize("as_200", [True, False])
def test_all_are_refused_with_one_answer(as_200: bool) -> None:
    desk = Desk(Switches(bulk_all_or_nothing=True, errors_as_http_200=as_200), bulk="all_or_nothing")
    elements = desk.provider.create_many(several(desk, 1, 2, unknown_customer=2))
    assert told(elements) == [("1", "refused"), ("2", "refused")]
    assert desk.sandbox.state()["documents"] == []
    assert told(desk.provider.create_many(several(desk, 1, 2))) == [("1", "made"), ("2", "made")]


def test_elements_without_a_reference_or_a_total_are_matched_by_their_place() -> None:
    for switches in (Switches(answers_id_only=True), Switches(reference_shown=ReferenceShown.NOWHERE)):
        desk = Desk(switches)
        elements = desk.provider.create_many(several(desk, 1, 2, 3, unknown_customer=1))
        assert told(elements) == [("1", "refused"), ("2", "made"), ("3", "made")]


@pytest.mark.parametrize("all_or_nothing", [True, False])
def test_a_lost_answer_is_resolved_element_by_element(all_or_nothing: bool) -> None:
    desk = Desk(Switches(bulk_all_or_nothing=all_or_nothing), list_proves_absence=True)
    desk.script.after_acting(faults.dropped(), method="POST", path="/api/v1/invoices")
    prepared = several(desk, 1, 2, 3, unknown_customer=2)
    with pytest.raises(OutcomeUnknown):
        desk.provider.create_many(prepared)
    became = "absent" if all_or_nothing else "made"
    elements = desk.provider.resolve_many([each.reference for each in prepared])
    assert told(elements) == [("1", became), ("2", "absent"), ("3", became)]


def test_a_lost_answer_stays_unknown_where_the_list_proves_nothing() -> None:
    desk = Desk()
    desk.issue(1)
    assert told(desk.provider.resolve_many(REFERENCES)) == [("1", "made"), ("2", "unknown")]


def test_two_documents_of_one_reference_are_for_a_person() -> None:
    found = [RemoteDocument(remote_id=each, reference="garden/1") for each in ("7", "8", "8")]
    first, second = bulk.resolved(REFERENCES, found, proves_absence=True)
    assert (first.became, [each.remote_id for each in first.documents]) == (Became.SEVERAL, ["7", "8"])
    assert second.became is Became.ABSENT


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
    elements = bulk.answered(REFERENCES, result, Options(), lambda _: "")
    assert [each.became.value for each in elements] == became
    for element in elements:
        for document in element.documents:
            assert document.reference in {element.reference, ""}


def test_all_can_be_refused_alike() -> None:
    why = Refused(FieldRefusal("", "no"))
    assert [each.refused for each in bulk.refused(REFERENCES, why)] == [why, why]


def test_too_many_or_repeated_references_are_not_sent() -> None:
    desk = Desk(bulk_size=2)
    for numbers in ((1, 2, 3), (1, 1)):
        with pytest.raises(ValueError, match="at most 2"):
            desk.provider.create_many(several(desk, *numbers))
    assert desk.asked == []
