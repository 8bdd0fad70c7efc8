"""The embedded process, killed and started again."""

from tests.integration.play import deliver, invoices, outcome, wait_until, watch
from worker.demo.stage import Stage
from worker.demo.story import tell


def test_a_kill_in_the_middle_of_a_hundred_orders_loses_and_doubles_nothing(stage: Stage) -> None:
    story = tell(100)
    expected = sum(order.expectation.invoice for order in story.orders)
    stage.open()
    wired = watch(stage)
    deliver(stage, story.deliveries)
    wait_until(lambda: invoices(stage) > expected // 4, what="a quarter of the invoices")

    stage.kill("up")
    stage.start("up")

    verdict, report = outcome(stage, wired, story)
    wired.close()
    assert [(judged.order.order_id, judged.wrong) for judged in verdict.judged if judged.wrong] == []
    assert (verdict.invoices, verdict.duplicates, verdict.missing) == (expected, 0, 0)
    assert report.findings == ()
    assert report.run.compared == expected


def test_a_polite_stop_finishes_what_is_under_way(stage: Stage) -> None:
    story = tell(20)
    stage.open()
    wired = watch(stage)
    deliver(stage, story.deliveries)

    assert stage.stop("up") == 0
    stage.start("up")

    verdict, report = outcome(stage, wired, story)
    wired.close()
    assert verdict.good
    assert report.findings == ()


def test_two_processes_never_work_on_one_ledger_file(stage: Stage) -> None:
    stage.open()

    code, said = stage.run("up")

    assert code == 1
    assert "another counterfoil process works on" in said
