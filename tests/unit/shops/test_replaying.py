from random import Random

from providers.replaying import SignedDelivery, corrupted, dropped, reordered, repeated


def test_a_share_comes_twice_and_none_is_lost() -> None:
    sent = repeated(list(range(50)), share=0.1, rng=Random(1))
    assert len(sent) == 55
    assert set(sent) == set(range(50))


def test_a_repeat_comes_after_the_first() -> None:
    sent = repeated(["a", "b", "c"], share=1, rng=Random(2))
    assert sorted(sent) == ["a", "a", "b", "b", "c", "c"]
    assert [name for place, name in enumerate(sent) if name not in sent[:place]] == ["a", "b", "c"]


def test_reordering_keeps_all_and_moves_none_further_than_its_reach() -> None:
    sent = reordered(list(range(100)), reach=4, rng=Random(3))
    assert sorted(sent) == list(range(100))
    assert sent != list(range(100))
    assert all(abs(place - number) <= 4 for place, number in enumerate(sent))


def test_dropping_loses_just_the_share() -> None:
    assert len(dropped(list(range(40)), share=0.25, rng=Random(4))) == 30


def test_corruption_changes_one_byte_and_keeps_the_headers() -> None:
    sent = SignedDelivery({"X-Name": "v"}, b"abc")
    damaged = corrupted(sent, at=4)
    assert damaged.body == b"acc"
    assert damaged.headers == sent.headers
    assert corrupted(SignedDelivery({}, b"")).body == b"\x00"


def test_headers_arrive_in_lower_case() -> None:
    assert SignedDelivery({"X-WC-Webhook-ID": "7"}, b"").received == {"x-wc-webhook-id": "7"}
