import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{part}"
        for part in (
            "bench",
            "bulk",
            "creating",
            "ending",
            "limits",
            "looking",
            "losing",
            "moods",
            "paying",
            "resolving",
        )
    )
)
