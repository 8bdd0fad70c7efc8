"""The accounts at every provider that lists: what their owners can do there, and what is told of it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from providers.invoicing.drupal_invoice import mapping
from providers.invoicing.invoiceocean.sandbox.positions import Position
from providers.invoicing.memory.records import Paid
from tests.builders import NOON
from tests.contract.invoicing import test_acs as acs
from tests.contract.invoicing import test_acuinvoice as acuinvoice
from tests.contract.invoicing import test_drupal_invoice as drupal_invoice
from tests.contract.invoicing import test_invoiceocean as invoiceocean
from tests.contract.invoicing import test_memory as memory
from tests.contract.invoicing.bench import Bench
from tests.unit.tasks.account import Account, Told

PAGE = 8
"""Documents per page: the fewest at which requests can overlap."""


class AtInvoiceOcean(Account):
    def delete(self, remote_id: str) -> None:
        self.holds.delete(self._of(remote_id))

    def touch(self, remote_id: str) -> None:
        self.later()
        self.holds.touch(self._of(remote_id))

    def raise_amount(self, remote_id: str) -> None:
        self._line(remote_id).gross += 7
        self._line(remote_id).net += 7
        self.touch(remote_id)

    def move_tax(self, remote_id: str) -> None:
        self._line(remote_id).net -= 5
        self.touch(remote_id)

    def other_currency(self, remote_id: str) -> None:
        self._of(remote_id).sent["currency"] = "USD"
        self.touch(remote_id)

    def other_buyer(self, remote_id: str) -> None:
        self._of(remote_id).sent["buyer_name"] = "Grace Nobody"
        self.touch(remote_id)

    def pay_again(self, remote_id: str, which: int) -> None:
        self.later()
        first = self.holds.payments_of(self._of(remote_id))[which]
        self.holds.pay(first.sent, first.price, [self._of(remote_id)], NOON)

    def take_back(self, remote_id: str, which: int) -> None:
        self.later()
        self.holds.delete_payment(self.holds.payments_of(self._of(remote_id))[which])

    def pay_in_full(self, remote_id: str) -> None:
        self.holds.set_paid(self._of(remote_id), {"status": "paid"})
        self.touch(remote_id)

    def cancel(self, remote_id: str) -> None:
        self._of(remote_id).cancelled = True
        self.touch(remote_id)

    def add(self, like: str, reference: str) -> str:
        self.later()
        return str(self.holds.create({**self._of(like).sent, "oid": reference}).id)

    def _of(self, remote_id: str) -> Any:
        return self.holds.invoices[int(remote_id)]

    def _line(self, remote_id: str) -> Position:
        line: Position = self._of(remote_id).positions[0]
        return line


class AtAcuInvoice(Account):
    def delete(self, remote_id: str) -> None:
        self.holds.remove("invoice", self._of(remote_id))

    def touch(self, remote_id: str) -> None:
        self.later()
        self.holds.change("invoice", self._of(remote_id), {"notes": "seen"})

    def raise_amount(self, remote_id: str) -> None:
        lines = [{**each, "price": "900.00"} for each in self._of(remote_id).fields["lines"]]
        self.holds.change("invoice", self._of(remote_id), {"lines": lines})

    move_tax = other_buyer = touch

    def other_currency(self, remote_id: str) -> None:
        self.holds.change("invoice", self._of(remote_id), {"currency": "USD"})

    def pay_in_full(self, remote_id: str) -> None:
        self.holds.close(int(remote_id))

    def unpay(self, remote_id: str) -> None:
        self._of(remote_id).status = "open"

    def add(self, like: str, reference: str) -> str:
        fields = {**self._of(like).fields, "po_number": reference, "invoice_number": ""}
        return str(self.holds.add("invoice", fields).id)

    def _of(self, remote_id: str) -> Any:
        return self.holds.tables["invoice"][int(remote_id)]


class AtDrupal(Account):
    def delete(self, remote_id: str) -> None:
        del self.holds.invoices[int(remote_id)]

    def touch(self, remote_id: str) -> None:
        self.later()
        self._of(remote_id).changed = self.holds.now()

    def raise_amount(self, remote_id: str) -> None:
        for item in self._of(remote_id).items:
            item.unitcost += 100

    def move_tax(self, remote_id: str) -> None:
        for item in self._of(remote_id).items:
            item.unitcost, item.vat = item.unitcost * (1 + item.vat / 100), Decimal(0)

    other_currency = other_buyer = touch

    def pay_in_full(self, remote_id: str) -> None:
        self._of(remote_id).pay_status = "paid"

    def unpay(self, remote_id: str) -> None:
        self._of(remote_id).pay_status = "unpaid"

    def add(self, like: str, reference: str) -> str:
        new = max(self.holds.invoices) + 1
        was = self._of(like).description
        text = was.replace(mapping.reference(was), reference)
        self.holds.invoices[new] = replace(copy.deepcopy(self._of(like)), id=new, nid=new + 1000, description=text)
        return str(new)

    def _of(self, remote_id: str) -> Any:
        return self.holds.invoices[int(remote_id)]


class AtAcs(Account):
    def touch(self, remote_id: str) -> None:
        self.later()

    def raise_amount(self, remote_id: str) -> None:
        self._of(remote_id).gross += 7
        self._of(remote_id).net += 7

    def move_tax(self, remote_id: str) -> None:
        self._of(remote_id).tax -= 5
        self._of(remote_id).net += 5

    def delete(self, remote_id: str) -> None:
        """As when the test system is overwritten from the live one."""
        del self.holds.invoices[int(remote_id)]

    def other_currency(self, remote_id: str) -> None:
        names = self.holds.switches.names
        dollars = next(each for each in self.holds.entries.lists["currencies"] if each[names.look_up.code] == "USD")
        self._of(remote_id).sent[names.invoice.currency] = dollars[names.look_up.id]

    other_buyer = touch

    def pay_in_full(self, remote_id: str) -> None:
        self._of(remote_id).payments = [self._of(remote_id).gross]

    def unpay(self, remote_id: str) -> None:
        self._of(remote_id).payments = []

    def add(self, like: str, reference: str) -> str:
        sent = {**self._of(like).sent, self.holds.switches.names.invoice.reference: reference}
        return str(self.holds.add_invoice(sent).id)

    def _of(self, remote_id: str) -> Any:
        return self.holds.invoices[int(remote_id)]


class AtMemory(Account):
    def delete(self, remote_id: str) -> None:
        del self.holds.documents[int(remote_id)]

    def touch(self, remote_id: str) -> None:
        self.later()
        self._of(remote_id).changed = NOON

    def raise_amount(self, remote_id: str) -> None:
        self._line(remote_id, gross=7, net=7)

    def move_tax(self, remote_id: str) -> None:
        self._line(remote_id, gross=0, net=5)

    def other_currency(self, remote_id: str) -> None:
        self._of(remote_id).sent["currency"] = "USD"

    other_buyer = touch

    def pay_again(self, remote_id: str, which: int) -> None:
        payments = self._of(remote_id).payments
        payments.append(replace(payments[which], id=f"{payments[which].id} again"))

    def take_back(self, remote_id: str, which: int) -> None:
        del self._of(remote_id).payments[which]

    def pay_in_full(self, remote_id: str) -> None:
        document = self._of(remote_id)
        first = document.payments[0] if document.payments else Paid("", Decimal(0), "")
        document.payments.append(replace(first, id="by hand", amount=document.gross - document.paid, reference=""))

    def cancel(self, remote_id: str) -> None:
        self._of(remote_id).cancelled = True

    def add(self, like: str, reference: str) -> str:
        new = max(self.holds.documents) + 1
        made = copy.deepcopy(self._of(like))
        made.sent["reference"] = reference
        self.holds.documents[new] = replace(made, id=new)
        return str(new)

    def _line(self, remote_id: str, *, gross: int, net: int) -> None:
        line = self._of(remote_id).sent["lines"][0]
        line["gross"] = str(Decimal(str(line["gross"])) + gross)
        line["net"] = str(Decimal(str(line["net"])) + net)

    def _of(self, remote_id: str) -> Any:
        return self.holds.documents[int(remote_id)]


def _at_invoiceocean() -> Account:
    mood = replace(invoiceocean.MOODS["as documented"], card={"page_size": PAGE})
    bench = invoiceocean.a_bench(mood)
    members = ("invoices", "payments", "_by_oid", "_payments_by_invoice", "_series", "_ids")
    return AtInvoiceOcean(bench, _service(bench).account, members, frozenset(Told), front_is_read_again=True)


def _at_acuinvoice() -> Account:
    mood = replace(acuinvoice.MOODS["as documented"], options={"per_page": PAGE})
    bench = acuinvoice.a_bench(mood)
    members = ("tables", "_ids", "_next_number", "_numbers")
    return AtAcuInvoice(bench, _service(bench).account, members, frozenset({Told.CURRENCY}))


def _at_drupal() -> Account:
    mood = replace(drupal_invoice.MOODS["1.3, login"], card={"page_size": PAGE})
    bench = drupal_invoice.a_bench(mood)
    told = frozenset({Told.SUMS})
    return AtDrupal(bench, _service(bench).site, ("invoices", "_nodes"), told, deletes=False)


def _at_acs() -> Account:
    mood = replace(acs.MOODS["as assumed"], options={"page_size": PAGE})
    bench = acs.a_bench(mood)
    told = frozenset({Told.SUMS, Told.CURRENCY, Told.PAID})
    return AtAcs(bench, _service(bench).account, ("invoices", "_made"), told, deletes=False, loses=False)


def _at_memory() -> Account:
    mood = replace(memory.MOODS["everything"], switches=replace(memory.CARD, page_size=PAGE))
    bench = memory.a_bench(mood)
    told = frozenset(Told) - {Told.BUYER}
    return AtMemory(bench, _service(bench), ("documents", "_answered"), told, deletes=False)


def _service(bench: Bench) -> Any:
    return bench.sandbox.service


ACCOUNTS: Mapping[str, Callable[[], Account]] = {
    "invoiceocean": _at_invoiceocean,
    "acuinvoice": _at_acuinvoice,
    "drupal_invoice": _at_drupal,
    "acs": _at_acs,
    "memory": _at_memory,
}
