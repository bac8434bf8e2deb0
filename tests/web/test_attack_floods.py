"""Too much, too often, or not what a socket speaks: the server stays up, says so, and tells its log no secret."""

import asyncio
import contextlib

import aiohttp
import pytest
import socketio

from tests.fakes.raw_tab import HYDRATE, NAMESPACE, ROOT, SHOW, RawTab

ENTER = f"{ROOT}.photogen___web___me____visitor.enter"
LOAD = f"{ROOT}.photogen___web___me____visitor.load"
SECRET = "a-cookie-that-no-log-may-hold"


async def test_a_flood_of_events_is_refused_in_words(web):
    token = web.session(web.account())
    tabs = [RawTab(web.url, token, address="127.0.2.1", boot=False) for _ in range(3)]
    async with tabs[0], tabs[1], tabs[2]:  # one socket alone may send too few before its frames are cut
        for _ in range(100):
            for tab in tabs:
                await tab.send(LOAD, settle=False)
        await tabs[2].until(lambda: "rate_limited" in {code for tab in tabs for _, code in tab.toasts}, 60.0)
    async with RawTab(web.url, web.session(web.account()), address="127.0.2.1", boot=False) as other:
        await other.send(LOAD)
        assert other.toasts == []


async def test_invented_cookies_share_the_allowance_of_their_address(web):
    tabs = [RawTab(web.url, f"invented-{n}", address="127.0.2.2", boot=False) for n in range(6)]
    async with contextlib.AsyncExitStack() as stack:
        for tab in tabs:
            await stack.enter_async_context(tab)
        for _ in range(90):  # fewer than one cookie may send
            for tab in tabs:
                await tab.send(LOAD, settle=False)
        await tabs[-1].until(lambda: any(tab.toasts for tab in tabs), 60.0)
    assert {code for tab in tabs for _, code in tab.toasts} == {"rate_limited"}


async def test_a_socket_that_does_not_stop_is_cut(web):
    async with RawTab(web.url, web.session(web.account()), address="127.0.2.3", boot=False) as tab:
        gone = asyncio.Event()
        tab.socket.on("disconnect", lambda *_: gone.set(), namespace=NAMESPACE)
        for _ in range(200):
            await tab.send(LOAD, settle=False)
        async with asyncio.timeout(10):
            await gone.wait()
    assert web.alive
    assert tab.tab not in web.log()


async def test_an_address_opens_no_more_than_so_many_sockets(web):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(60):
            await stack.enter_async_context(RawTab(web.url, address="127.0.2.4", boot=False))
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stack.enter_async_context(RawTab(web.url, address="127.0.2.4", boot=False))
        async with RawTab(web.url, address="127.0.2.5", boot=False) as other:
            await other.settle()


async def test_a_tab_keeps_little_of_what_a_socket_says(web):
    async with RawTab(web.url, address="127.0.2.6", boot=False) as tab:
        await tab.send(SHOW, {"tone": "info", "text": "x" * 200_000, "payload": {"y": "y" * 200_000}})
        assert len(tab.words) < 10_000


FRAMES = [
    "", "4", "9", "40", "42", "40/_event", "42/_event,", '42/_event,{"a":1}', '42/_event,["event"]', "42/_event,[1,2]",
    '42/_event,["event","{"]', '42/_event,["event",7]', '42/_event,["event",null]', '42/_event,["event",[]]',
    '42/_event,["event",{}]', '42/_event,["event",{"name":7,"payload":{}}]',
    '42/_event,["event",{"name":"x","payload":[]}]', '42/_event,["event",{"name":null,"payload":null}]',
    f'42/_event,["event",{{"name":"{LOAD}","payload":{{}},"router_data":7}}]',
    f'42/_event,["event",{{"name":"{LOAD}","payload":[1],"router_data":{{}}}}]',
    f'42/_event,["event",{{"name":"{HYDRATE}","payload":{{"vars":{{"a":NaN}}}},"router_data":{{"pathname":["x"]}}}}]',
    '42/_event,["client_error",{"message":"' + "x" * 5000 + '"}]', '42/_event,["ping"]', '42/_event,["connect",{}]',
    '42/_event,["disconnect"]', "451-/_event,[]", "41/_event", "6", "42/other,[]", "42" + "[" * 100_000,
    '42/_event,["event",' + "9" * 5000 + "]", b"\x00\xff" * 50, b"",
]  # fmt: skip


async def test_frames_that_no_client_sends_do_no_harm(web):
    seen = len(web.log())
    connector = aiohttp.TCPConnector(local_addr=("127.0.2.7", 0))
    headers = {"Origin": web.url, "Cookie": f"photogen_session={SECRET}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as browser:
        for frame in FRAMES:
            address = f"{web.url}/_event/?EIO=4&transport=websocket&token=malformed"
            async with browser.ws_connect(address) as socket:
                await socket.send_str("40/_event,{}")
                with contextlib.suppress(ConnectionError):
                    await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
                    await socket.send_str("2")
        async with browser.get(f"{web.url}/_event/?EIO=4&transport=polling") as polling:
            assert polling.status == 400
    assert web.alive
    async with RawTab(web.url, address="127.0.2.8", boot=False) as tab:
        await tab.settle()
    said = web.log()[seen:]
    assert SECRET not in said
    assert len(said) < 600 * len(FRAMES), "a line for each, not a page"


async def test_an_unknown_event_leaves_no_secret_in_the_log(web):
    seen = len(web.log())
    payload = {"password": "hunter2hunter2", "token": SECRET}
    async with RawTab(web.url, SECRET, address="127.0.2.9", boot=False) as tab:
        for name in (f"{ROOT}.nothing", "nothing", "", f"{ROOT}._reset", f"{LOAD}.x", "\n\x1b[2J"):
            await tab.send(name, payload)
            await tab.send(LOAD, payload)
    said = web.log()[seen:]
    assert "hunter2" not in said
    assert SECRET not in said
    assert tab.tab not in said


async def test_a_frame_of_more_than_a_megabyte_ends_only_its_socket(web):
    async with RawTab(web.url, address="127.0.2.10", boot=False) as tab:
        gone = asyncio.Event()
        tab.socket.on("disconnect", lambda *_: gone.set(), namespace=NAMESPACE)
        await tab.send(LOAD, {"x": "x" * 1_200_000}, settle=False)
        async with asyncio.timeout(10):
            await gone.wait()
    assert web.alive


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost:1", "http://localhost.evil.example"]
)
async def test_no_foreign_page_opens_a_socket(web, origin):
    token = web.session(web.account())
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with RawTab(web.url, token, origin=origin, address="127.0.2.11", boot=False):
            pass
