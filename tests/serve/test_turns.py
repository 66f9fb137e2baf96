"""One at a time, in their order, and not for ever."""

from __future__ import annotations

import asyncio

import pytest
from support.loops import run_apart

from bgmatting.serve.refusal import Refusal
from bgmatting.serve.turns import Settings, Turns


def test_one_at_a_time():
    async def main():
        turns, running, most = Turns(), 0, 0

        async def request():
            nonlocal running, most
            async with turns.place("one"), turns.turn():
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.01)
                running -= 1

        await asyncio.gather(*(request() for _ in range(5)))
        assert turns.here == 0
        return most

    assert run_apart(main()) == 1


def test_places_are_given_back_and_shared_out():
    async def main():
        turns = Turns(Settings(places=3, share=2))
        async with turns.place("a"), turns.place("a"):
            with pytest.raises(Refusal) as caught:
                await turns.place("a").__aenter__()
            assert caught.value.status == 429
            async with turns.place("b"):
                with pytest.raises(Refusal) as caught:
                    await turns.place("c").__aenter__()
                assert caught.value.status == 503
                assert caught.value.retry_after
        async with turns.place("a"):
            assert turns.here == 1

    run_apart(main())


def test_patience_ends():
    async def main():
        turns = Turns(Settings(patience=0.01))
        async with turns.turn():
            with pytest.raises(Refusal) as caught:
                await turns.turn().__aenter__()
            assert caught.value.status == 503
        async with turns.turn():  # free again
            pass

    run_apart(main())
