"""The lists the account serves: what differs between them, as data."""

from __future__ import annotations

from dataclasses import dataclass

from amazon_ads_sandbox.wire import Render, sb, sd, sp

UPPER = frozenset({"ENABLED", "PAUSED", "ARCHIVED"})
UPPER_ALL = UPPER | {"ENABLING", "USER_DELETED", "PROPOSED", "OTHER"}
LOWER = frozenset({"enabled", "paused", "archived"})


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One list.

    Args:
        family: sp3, sb4, sb3 or sd: decides the error dialect.
        content_type: of the request; None for GET.
        also_takes: content types beside it.
        default_states: what is listed when nothing is asked for.
        states: what may be asked for, in the right case.
        max_page: largest page.
        campaign_ids: most ids in a campaign filter.
        own_ids: name of the filter by the ids of its items, and most ids in it; None where it has none.
        total: where the number of all rows is reported.
        extended: "flag" (includeExtendedDataFields), "always", or "never".
        incomplete: rows are missing unless a campaign filter is given.
        most_states: that the filter takes at once.
    """

    path: str
    family: str
    product: str
    kind: str
    table: str
    render: Render
    envelope: str | None
    content_type: str | None
    accept: str
    states: frozenset[str]
    default_states: frozenset[str]
    max_page: int
    campaign_ids: int = 100
    own_ids: tuple[str, int] | None = None
    total: str | None = None
    extended: str = "always"
    incomplete: bool = False
    sized: bool = True
    most_states: int | None = None
    also_takes: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """Lists with a body are POSTed."""
        return "GET" if self.content_type is None else "POST"


def _sp(resource: str, media: str, envelope: str, kind: str, table: str, render: Render) -> Endpoint:  # noqa: PLR0913
    media_type = f"application/vnd.{media}.v3+json"
    return Endpoint(
        path=f"sp/{resource}/list",
        family="sp3",
        product="sp",
        kind=kind,
        table=table,
        render=render,
        envelope=envelope,
        content_type=media_type,
        accept=media_type,
        states=UPPER_ALL,
        default_states=UPPER,
        max_page=1000,
        campaign_ids=1000 if kind == "campaign" else 100,
        own_ids=(f"{'ad' if kind == 'ad' else resource[:-1]}IdFilter", 1000),
        total="totalResults",
        extended="flag",
    )


def _sb4(resource: str, media: str, total: str, kind: str, table: str, render: Render) -> Endpoint:  # noqa: PLR0913
    media_type = f"application/vnd.{media}.v4+json"
    return Endpoint(
        path=f"sb/v4/{resource}/list",
        family="sb4",
        product="sb",
        kind=kind,
        table=table,
        render=render,
        envelope=resource,
        content_type=media_type,
        # Amazon's own guide sends text ("Managing Sponsored Brands campaigns"), public clients JSON: Accept decides.
        also_takes=("application/json", "text/plain"),
        accept=media_type,
        states=UPPER,
        default_states=UPPER - {"ARCHIVED"},
        max_page=100,
        campaign_ids=10,
        own_ids=({"campaign": "campaign", "ad_group": "adGroup", "ad": "ad"}[kind] + "IdFilter", 10),
        total=total,
        extended="always" if resource == "ads" else "flag",
    )


def _sb3(path: str, accept: str, kind: str, envelope: str | None, states: frozenset[str]) -> Endpoint:
    return Endpoint(
        path=path,
        family="sb3",
        product="sb",
        kind=kind,
        table="entity_targets",
        render={"theme": sb.theme, "target": sb.target, "neg_target": sb.target}.get(kind, sb.keyword),
        envelope=envelope,
        content_type="application/json" if envelope else None,
        accept=accept,
        states=states,
        # Without a filter, all targets are returned.
        default_states=states if kind in {"target", "neg_target"} else states - {"archived"},
        most_states=1 if kind == "neg_keyword" else None,
        max_page=5000 if envelope else 100,
        incomplete=envelope is None,
    )


_MANY = 1_000_000
"""Where no maximum is documented."""

_SD_IDS = {
    "campaign": "campaignIdFilter",
    "ad_group": "adGroupIdFilter",
    "ad": "adIdFilter",
    "target": "targetIdFilter",
    "neg_target": "targetIdFilter",
}


def _sd(path: str, kind: str, table: str, render: Render, *, extended: bool = True) -> Endpoint:
    return Endpoint(
        path=f"sd/{path}",
        family="sd",
        product="sd",
        kind=kind,
        table=table if extended else "",
        render=render,
        envelope=None,
        content_type=None,
        accept="application/json",
        states=LOWER,
        default_states=LOWER,
        max_page=100,
        own_ids=(_SD_IDS[kind], _MANY),
        extended="always" if extended else "never",
    )


_PORTFOLIO = "application/vnd.spPortfolio.v3+json"
_NEGATIVE = LOWER - {"paused"}

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.path: endpoint
    for endpoint in (
        Endpoint(
            path="portfolios/list",
            family="sp3",
            product="",
            kind="portfolio",
            table="entity_portfolios",
            render=sp.portfolio,
            envelope="portfolios",
            content_type=_PORTFOLIO,
            accept=_PORTFOLIO,
            states=frozenset({"ENABLED"}),
            default_states=frozenset({"ENABLED"}),
            max_page=1000,
            own_ids=("portfolioIdFilter", 1000),
            total="totalResults",
            extended="flag",
            sized=False,
        ),
        _sp("campaigns", "spCampaign", "campaigns", "campaign", "entity_campaigns", sp.campaign),
        _sp("adGroups", "spAdGroup", "adGroups", "ad_group", "entity_ad_groups", sp.ad_group),
        _sp("productAds", "spProductAd", "productAds", "ad", "entity_ads", sp.product_ad),
        _sp("keywords", "spKeyword", "keywords", "keyword", "entity_targets", sp.keyword),
        _sp("targets", "spTargetingClause", "targetingClauses", "target", "entity_targets", sp.clause),
        _sp("negativeKeywords", "spNegativeKeyword", "negativeKeywords", "neg_keyword", "entity_targets", sp.keyword),
        _sp(
            "campaignNegativeKeywords",
            "spCampaignNegativeKeyword",
            "campaignNegativeKeywords",
            "camp_neg_keyword",
            "entity_targets",
            sp.keyword,
        ),
        _sp(
            "negativeTargets",
            "spNegativeTargetingClause",
            "negativeTargetingClauses",
            "neg_target",
            "entity_targets",
            sp.clause,
        ),
        _sp(
            "campaignNegativeTargets",
            "spCampaignNegativeTargetingClause",
            "campaignNegativeTargetingClauses",
            "camp_neg_target",
            "entity_targets",
            sp.clause,
        ),
        _sb4("campaigns", "sbcampaignresource", "totalCount", "campaign", "entity_campaigns", sb.campaign),
        _sb4("adGroups", "sbadgroupresource", "totalResults", "ad_group", "entity_ad_groups", sb.ad_group),
        _sb4("ads", "sbadresource", "totalResults", "ad", "entity_ads", sb.ad),
        _sb3("sb/keywords", "application/vnd.sbkeyword.v3.2+json", "keyword", None, LOWER),
        _sb3("sb/negativeKeywords", "application/vnd.sbnegativekeyword.v3.2+json", "neg_keyword", None, _NEGATIVE),
        _sb3(
            "sb/targets/list",
            "application/vnd.sblisttargetsresponse.v3.2+json",
            "target",
            "targets",
            LOWER,
        ),
        _sb3(
            "sb/negativeTargets/list",
            "application/vnd.sblistnegativetargetsresponse.v3.2+json",
            "neg_target",
            "negativeTargets",
            _NEGATIVE,
        ),
        _sb3("sb/themes/list", "application/vnd.sbthemeslistresponse.v3+json", "theme", "themes", LOWER),
        _sd("campaigns/extended", "campaign", "entity_campaigns", sd.campaign),
        _sd("adGroups/extended", "ad_group", "entity_ad_groups", sd.ad_group),
        _sd("adGroups", "ad_group", "", sd.ad_group, extended=False),
        _sd("productAds/extended", "ad", "entity_ads", sd.product_ad),
        _sd("targets/extended", "target", "entity_targets", sd.target),
        _sd("negativeTargets/extended", "neg_target", "entity_targets", sd.target),
    )
}
