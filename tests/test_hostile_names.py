"""Whatever advertisers type reaches Postgres as they typed it, through the real loader."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from harness.pipeline import Pipeline
from harness.truth import all_differences

from amazon_ads_sandbox.process import SandboxProcess

TEXTS = [
    "single ' double \" back\\slash ` $$ $tag$ /* -- */",
    "'; drop table amazon_ads.entity_campaigns; --",
    '"; drop schema amazon_ads cascade; --',
    "\\.",
    "before\n\\.\nafter",
    "\\N",
    "NULL",
    "",
    "\t tab \r carriage \n newline \v \f \b \x1b[31mred\x1b[0m \x7f",
    "comma, semicolon; pipe| {brace} [bracket] \\t \\x41 \\u0041 \\\\ud800",
    "%s %(name)s %% {0} ${HOME} :name ?",
    "{{ env_var('HOME') }} {% raw %} {# comment #}",
    '=HYPERLINK("http://x")',
    "<script>alert('x')</script> &amp; &#0;",
    "right-to-left \u202e\u200f\u2067 override, joiner \u200d, separators \u2028 \u2029, byte order \ufeff",
    "nul \x00 inside",
    "half an emoji \ud83d",
    "\udc00 the other half",
    "both halves \U0001f680 and a stranger \U0010ffff",
    "long " * 20_000,
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess(profiles=3, campaigns=60, portfolios=21, ad_groups=2, keywords=2) as server:
        yield server


def test_hostile_names_expressions_and_skus_arrive_verbatim(pipeline: Pipeline) -> None:
    pipeline.sandbox.control.change(fraction=1, texts=TEXTS)
    result = pipeline.direct(mode="full")
    assert result.code == 0, result.output
    stored = {row[0] for row in pipeline.query("select distinct name from amazon_ads.entity_campaigns")}
    assert stored >= {re.sub("[\x00\ud800-\udfff]", "\ufffd", text) for text in TEXTS}
    assert all_differences(pipeline) == []
