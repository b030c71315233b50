"""Makes the pictures of docs/pages.md from the bundled case: python -m scripts.make_screenshots"""

from __future__ import annotations

import io
import tempfile
from importlib import resources
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from graphkit.case import load_case
from graphkit.documents import extract, read_document
from graphkit.documents.known import gazetteer_of
from graphkit.documents.review import Review
from graphkit.facts import Facts
from graphkit.gaps import evaluate
from tests.web.serving import CHROMIUM, serving

CASE = "shanxi-2020"
IMAGES = Path(__file__).parent.parent / "docs" / "images"
MOST_BYTES = 150_000
_QUERY = (
    "MATCH (g:Gap)-[r:AT]->(s:Step) WHERE g.root AND g.severity = 'high' RETURN g, r, s ORDER BY g.days DESC LIMIT 8"
)


def main() -> None:
    """Build the case, serve it, and take a picture of each view."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        facts = Facts(workspace, create=True)
        with resources.as_file(resources.files("graphkit").joinpath("data", "cases", CASE)) as case:
            load_case(facts, case)
            article = read_document(case / "documents" / "seed-article.txt")
        facts = Facts(workspace)
        Review(workspace, CASE, create=True).add(article, extract(article, gazetteer_of(facts, CASE)))
        worst = evaluate(facts, CASE).gaps()[0].id
        views = {
            "overview": "overview?lang=zh",
            "overview-en": "overview?lang=en",
            "gaps": "gaps?group=policy&lang=zh",
            "gap": f"gap?gap={worst}&lang=zh",
            "chain": "chain?policy=hardship-2020&lang=zh",
            "money": "money?policy=hardship-2020&lang=zh",
            "followup": "followup?lang=zh",
            "graph": f"graph?label=Gap&key={worst}&lang=zh",
            "cypher": f"cypher?q={_QUERY}&lang=zh",
            "documents": "documents?document=seed-article&lang=zh",
            "reports": "reports?lang=zh",
            "dark": "money?policy=hardship-2020&lang=en",
        }
        with serving(workspace, Path(folder) / "log") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for name, view in views.items():
                scheme = "dark" if name == "dark" else "light"
                context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme=scheme)  # type: ignore[arg-type]
                page = context.new_page()
                page.goto(f"{address}/web/{view}")
                page.wait_for_selector("#view[data-ready]")
                _settled(page)
                _save(page.screenshot(), IMAGES / f"page-{name}.png")
                context.close()
            browser.close()


def _settled(page: Page) -> None:
    """Wait until pictures that are drawn in the browser stand still."""
    if page.locator("#picture").count():
        page.wait_for_selector("#picture[data-nodes]")
    page.wait_for_timeout(1500)


def _save(png: bytes, file: Path) -> None:
    """Write a picture with few colours, so that it is small."""
    with Image.open(io.BytesIO(png)) as picture:
        small = picture.convert("RGB").quantize(colors=96, dither=Image.Dither.NONE)
        small.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.name}  {size:,} bytes")
    assert size <= MOST_BYTES, f"{file} is larger than {MOST_BYTES} bytes"


if __name__ == "__main__":
    main()
