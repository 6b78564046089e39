"""Logos as people see them: put in the form, shown where they belong, to nobody else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from openseat.directory.demo.floor import OPERATOR
from openseat.testing.api import password_of

pytestmark = [pytest.mark.browser, pytest.mark.database]


def drawing(colour: str, inside: str = "") -> dict[str, object]:
    """A file to be uploaded."""
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="24" viewBox="0 0 60 24">'
        f'<rect width="60" height="24" fill="{colour}"/>{inside}</svg>'
    )
    return {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": text.encode()}


def drawn(picture: Locator) -> None:
    """The browser really has the picture."""
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 60)


def upload(page: Page, path: str, row: str, file: dict[str, object]) -> None:
    page.goto(page.url.split("/admin")[0] + path)
    page.locator("main tbody tr").filter(has_text=row).first.click()
    page.locator(".logo input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def test_the_operators_logo_is_in_the_frame_at_once_and_where_people_sign_in(
    real_page, fresh_page, real_site
):
    page = real_page("/admin/operators")
    upload(page, "/admin/operators", OPERATOR["name"], drawing("#c00", "<script>alert(1)</script>"))
    expect(page.locator(".logo").get_by_role("alert")).to_contain_text("<script>")
    expect(page.locator("nav .plate")).to_have_count(0)
    page.locator(".logo input[type=file]").set_input_files(drawing("#c00"))  # type: ignore[arg-type]
    drawn(page.locator("[data-test=logo]"))
    drawn(page.locator("nav .plate img"))

    stranger = fresh_page()
    stranger.goto(real_site.url + "/sign-in")
    expect(stranger.get_by_role("heading", level=1)).to_have_text(OPERATOR["name"])
    drawn(stranger.locator(".brand img"))

    page.get_by_role("button", name="移除标志").click()
    expect(page.locator("nav .plate")).to_have_count(0)
    stranger.reload()
    expect(stranger.locator(".brand img")).to_have_attribute("src", "/favicon.svg")


def test_a_client_sees_its_own_logo_and_name_and_the_operator_keeps_its_own(
    real_page, real_site, fresh_page
):
    page = real_page("/admin/clients")
    upload(page, "/admin/clients", "锦程", drawing("#070"))
    drawn(page.locator("[data-test=logo]"))
    expect(page.locator("nav .words")).to_have_text(OPERATOR["short_name"])

    client = fresh_page()
    client.goto(real_site.url + "/sign-in")
    client.get_by_label("用户名").fill("jincheng")
    client.locator("#password").fill(password_of(real_site.settings, "jincheng"))
    client.get_by_role("button", name="登录").click()
    drawn(client.locator("nav .plate img"))
    expect(client.locator("nav .words")).to_contain_text("锦程")
    client.goto(real_site.url + "/wallboard")
    drawn(client.locator("header .plate img"))
    # The next who signs in at the same browser sees nothing of it.
    client.goto(real_site.url + "/floor")
    client.get_by_role("button", name="退出登录").click()
    expect(client.locator(".brand img")).to_have_attribute("src", "/favicon.svg")


def test_a_wallboards_tile_shows_the_logo_of_whose_board_it_is(real_page, fresh_page, real_site):
    page = real_page("/admin/operators")
    upload(page, "/admin/operators", OPERATOR["name"], drawing("#00c"))
    drawn(page.locator("nav .plate img"))
    page.goto(real_site.url + "/screens")
    page.get_by_role("button", name="新建大屏").click()
    page.get_by_role("button", name="标志和名称").click()
    drawn(page.locator(".os-wall-canvas .plate img"))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存")).to_be_visible()
    secret = page.evaluate(
        """async () => {
            const root = '/api/v1'
            const me = await (await fetch(root + '/session')).json()
            const [board] = await (await fetch(root + '/wallboards')).json()
            const made = await fetch(`${root}/wallboards/${board.id}/links`, {
              method: 'POST', body: JSON.stringify({name: '大厅'}),
              headers: {'X-OpenSeat-CSRF': me.csrf_token, 'Content-Type': 'application/json'}})
            return (await made.json()).secret
        }"""
    )
    screen = fresh_page(width=1920)
    screen.goto(f"{real_site.url}/screen#{secret}")
    drawn(screen.locator(".kind-logo .plate img"))
    expect(screen.locator(".kind-logo .words")).to_have_text(OPERATOR["name"])
