-- What the version before verdicts were kept (a33e25e) leaves in an empty database: pg_dump after its prepare and run.
CREATE SCHEMA amazon_ads;
CREATE SCHEMA amazon_ads_fivetran;
CREATE TABLE amazon_ads.entity_ad_groups (
    profile_id text NOT NULL,
    ad_group_id text NOT NULL,
    campaign_id text,
    ad_product text,
    name text,
    state text,
    serving_status text,
    computed_status text,
    default_bid_micros bigint,
    creation_time timestamp with time zone,
    last_updated_time timestamp with time zone,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_ad_groups IS 'Ad groups of all ad products.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.ad_group_id IS 'Ad group, unique within the profile over all ad products.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.campaign_id IS 'Campaign the entity belongs to.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.ad_product IS 'Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Sponsored Display).';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.name IS 'Name of the ad group.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.state IS 'State set by the advertiser, exactly as Amazon returns it (case differs per ad product).';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.serving_status IS 'Amazon''s serving status, unchanged; an open vocabulary that differs per ad product.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.computed_status IS 'Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, payment_issue, unknown.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.default_bid_micros IS 'Bid of targets without one, in micros; Sponsored Brands ad groups have none.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.creation_time IS 'When the entity was created at Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.last_updated_time IS 'When the entity was last changed at Amazon (UTC); null where Amazon does not say.';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_ad_groups.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.entity_ads (
    profile_id text NOT NULL,
    ad_id text NOT NULL,
    campaign_id text,
    ad_group_id text,
    ad_product text,
    name text,
    asin text,
    sku text,
    state text,
    serving_status text,
    computed_status text,
    creative jsonb,
    creation_time timestamp with time zone,
    last_updated_time timestamp with time zone,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_ads IS 'Ads of all ad products.';
COMMENT ON COLUMN amazon_ads.entity_ads.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_ads.ad_id IS 'Ad; sb-legacy-<ad group id> for old Sponsored Brands ads to which Amazon gave no id.';
COMMENT ON COLUMN amazon_ads.entity_ads.campaign_id IS 'Campaign the entity belongs to.';
COMMENT ON COLUMN amazon_ads.entity_ads.ad_group_id IS 'Ad group the entity belongs to.';
COMMENT ON COLUMN amazon_ads.entity_ads.ad_product IS 'Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Sponsored Display).';
COMMENT ON COLUMN amazon_ads.entity_ads.name IS 'Name of the ad, where it has one.';
COMMENT ON COLUMN amazon_ads.entity_ads.asin IS 'Advertised ASIN (Sponsored Products and Display).';
COMMENT ON COLUMN amazon_ads.entity_ads.sku IS 'Advertised SKU of a seller (Sponsored Products and Display).';
COMMENT ON COLUMN amazon_ads.entity_ads.state IS 'State set by the advertiser, exactly as Amazon returns it (case differs per ad product).';
COMMENT ON COLUMN amazon_ads.entity_ads.serving_status IS 'Amazon''s serving status, unchanged; an open vocabulary that differs per ad product.';
COMMENT ON COLUMN amazon_ads.entity_ads.computed_status IS 'Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, payment_issue, unknown.';
COMMENT ON COLUMN amazon_ads.entity_ads.creative IS 'What identifies the ad: ASIN, SKU, headline, assets, landing page, as Amazon returns it.';
COMMENT ON COLUMN amazon_ads.entity_ads.creation_time IS 'When the entity was created at Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_ads.last_updated_time IS 'When the entity was last changed at Amazon (UTC); null where Amazon does not say.';
COMMENT ON COLUMN amazon_ads.entity_ads.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_ads.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.entity_campaigns (
    profile_id text NOT NULL,
    campaign_id text NOT NULL,
    name text,
    campaign_type text,
    portfolio_id text,
    targeting_type text,
    cost_type text,
    state text,
    serving_status text,
    computed_status text,
    budget_type text,
    budget_micros bigint,
    daily_budget_micros bigint,
    currency_code text,
    bidding jsonb,
    start_date date,
    end_date date,
    creation_time timestamp with time zone,
    last_updated_time timestamp with time zone,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_campaigns IS 'Campaigns of all ad products.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.campaign_id IS 'Campaign, unique within the profile over all ad products.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.name IS 'Name of the campaign.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.campaign_type IS 'Ad product of the campaign: sp, sb, sd, st.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.portfolio_id IS 'Portfolio the campaign belongs to, if any.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.targeting_type IS 'auto or manual (Sponsored Products).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.cost_type IS 'cpc, vcpm or fixed_price (Sponsored Brands and Display).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.state IS 'State set by the advertiser, exactly as Amazon returns it (case differs per ad product).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.serving_status IS 'Amazon''s serving status, unchanged; an open vocabulary that differs per ad product.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.computed_status IS 'Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, payment_issue, unknown.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.budget_type IS 'daily, lifetime or other.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.budget_micros IS 'Budget of whatever type, in micros of the currency.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.daily_budget_micros IS 'The budget where it is a daily one, in micros of the currency.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.currency_code IS 'Currency of the amounts.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.bidding IS 'Bidding strategy and adjustments, with every other campaign setting that has no column.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.start_date IS 'First day, in the profile''s time zone.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.end_date IS 'Last day, in the profile''s time zone; null when open-ended.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.creation_time IS 'When the entity was created at Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.last_updated_time IS 'When the entity was last changed at Amazon (UTC); null where Amazon does not say.';
COMMENT ON COLUMN amazon_ads.entity_campaigns.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_campaigns.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.entity_portfolios (
    profile_id text NOT NULL,
    portfolio_id text NOT NULL,
    name text,
    state text,
    in_budget boolean,
    budget_micros bigint,
    currency_code text,
    budget_policy text,
    budget_start_date date,
    budget_end_date date,
    unspent_budget_sharing text,
    serving_status text,
    computed_status text,
    creation_time timestamp with time zone,
    last_updated_time timestamp with time zone,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_portfolios IS 'Portfolios: groups of campaigns with a budget of their own.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_portfolios.portfolio_id IS 'Portfolio, unique within the profile.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.name IS 'Name of the portfolio.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.state IS 'State set by the advertiser, exactly as Amazon returns it (case differs per ad product).';
COMMENT ON COLUMN amazon_ads.entity_portfolios.in_budget IS 'Whether the portfolio is within its budget.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.budget_micros IS 'Budget cap in micros of the currency; null without a cap.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.currency_code IS 'Currency of the budget.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.budget_policy IS 'DATE_RANGE, MONTHLY_RECURRING or NO_CAP, as Amazon returns it.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.budget_start_date IS 'First day of the budget.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.budget_end_date IS 'Last day of the budget.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.unspent_budget_sharing IS 'Whether campaigns share unspent budget: ENABLED or DISABLED.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.serving_status IS 'Amazon''s serving status, unchanged; an open vocabulary that differs per ad product.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.computed_status IS 'Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, payment_issue, unknown.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.creation_time IS 'When the entity was created at Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_portfolios.last_updated_time IS 'When the entity was last changed at Amazon (UTC); null where Amazon does not say.';
COMMENT ON COLUMN amazon_ads.entity_portfolios.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_portfolios.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.entity_profiles (
    profile_id text NOT NULL,
    region text,
    country_code text,
    currency_code text,
    timezone text,
    daily_budget_micros bigint,
    account_id text,
    account_name text,
    account_type text,
    account_sub_type text,
    marketplace_id text,
    valid_payment_method boolean,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_profiles IS 'Seller and vendor profiles; every other stream is read once per profile.';
COMMENT ON COLUMN amazon_ads.entity_profiles.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_profiles.region IS 'Region whose host serves the profile: NA, EU or FE.';
COMMENT ON COLUMN amazon_ads.entity_profiles.country_code IS 'Marketplace country; the United Kingdom is UK.';
COMMENT ON COLUMN amazon_ads.entity_profiles.currency_code IS 'Currency of every amount of this profile.';
COMMENT ON COLUMN amazon_ads.entity_profiles.timezone IS 'IANA time zone of the profile; campaign dates are in it.';
COMMENT ON COLUMN amazon_ads.entity_profiles.daily_budget_micros IS 'Account-wide daily cap of a seller, in micros of the currency.';
COMMENT ON COLUMN amazon_ads.entity_profiles.account_id IS 'Amazon''s id of the account; not unique across marketplaces.';
COMMENT ON COLUMN amazon_ads.entity_profiles.account_name IS 'Name of the account.';
COMMENT ON COLUMN amazon_ads.entity_profiles.account_type IS 'seller or vendor.';
COMMENT ON COLUMN amazon_ads.entity_profiles.account_sub_type IS 'KDP_AUTHOR, AMAZON_ATTRIBUTION, or nothing.';
COMMENT ON COLUMN amazon_ads.entity_profiles.marketplace_id IS 'Amazon''s id of the marketplace.';
COMMENT ON COLUMN amazon_ads.entity_profiles.valid_payment_method IS 'Whether the account has a valid payment method.';
COMMENT ON COLUMN amazon_ads.entity_profiles.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_profiles.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.entity_targets (
    profile_id text NOT NULL,
    target_id text NOT NULL,
    campaign_id text,
    ad_group_id text,
    ad_product text,
    target_type text,
    target_level text,
    negative boolean,
    match_type text,
    expression jsonb,
    state text,
    serving_status text,
    computed_status text,
    bid_micros bigint,
    creation_time timestamp with time zone,
    last_updated_time timestamp with time zone,
    synced_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.entity_targets IS 'Keywords and every other target, positive and negative, of all ad products.';
COMMENT ON COLUMN amazon_ads.entity_targets.profile_id IS 'Profile (advertiser account in one marketplace).';
COMMENT ON COLUMN amazon_ads.entity_targets.target_id IS 'Target; a keyword''s keywordId or a theme''s themeId.';
COMMENT ON COLUMN amazon_ads.entity_targets.campaign_id IS 'Campaign the entity belongs to.';
COMMENT ON COLUMN amazon_ads.entity_targets.ad_group_id IS 'Ad group the target belongs to; null for campaign-level negatives.';
COMMENT ON COLUMN amazon_ads.entity_targets.ad_product IS 'Ad product: sp (Sponsored Products), sb (Sponsored Brands), sd (Sponsored Display).';
COMMENT ON COLUMN amazon_ads.entity_targets.target_type IS 'What it aims at: keyword, theme, auto, category, brand, product, audience, content_category, keyword_group, unknown.';
COMMENT ON COLUMN amazon_ads.entity_targets.target_level IS 'campaign or ad_group.';
COMMENT ON COLUMN amazon_ads.entity_targets.negative IS 'Whether it excludes instead of targets.';
COMMENT ON COLUMN amazon_ads.entity_targets.match_type IS 'How it matches: exact, phrase, broad, negative_exact, close_match, asin_same_as, views, …';
COMMENT ON COLUMN amazon_ads.entity_targets.expression IS 'A keyword''s text under `text`; Amazon''s own expression for everything else.';
COMMENT ON COLUMN amazon_ads.entity_targets.state IS 'State set by the advertiser, exactly as Amazon returns it (case differs per ad product).';
COMMENT ON COLUMN amazon_ads.entity_targets.serving_status IS 'Amazon''s serving status, unchanged; an open vocabulary that differs per ad product.';
COMMENT ON COLUMN amazon_ads.entity_targets.computed_status IS 'Coarse status derived from state and serving_status: delivering, paused, archived, ended, out_of_budget, pending, incomplete, rejected, payment_issue, unknown.';
COMMENT ON COLUMN amazon_ads.entity_targets.bid_micros IS 'Own bid in micros; null when it inherits the ad group''s default.';
COMMENT ON COLUMN amazon_ads.entity_targets.creation_time IS 'When the entity was created at Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_targets.last_updated_time IS 'When the entity was last changed at Amazon (UTC); null where Amazon does not say.';
COMMENT ON COLUMN amazon_ads.entity_targets.synced_at IS 'When this row was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.entity_targets.created_at IS 'When the row was first stored (UTC).';
CREATE VIEW amazon_ads.ad_hierarchy WITH (security_invoker='on') AS
 WITH leaves AS (
         SELECT 'target'::text AS level,
            entity_targets.profile_id,
            entity_targets.target_id AS entity_id,
            entity_targets.campaign_id,
            entity_targets.ad_group_id,
            entity_targets.ad_product,
            COALESCE((entity_targets.expression ->> 'text'::text), (entity_targets.expression #>> '{resolvedExpression,0,value}'::text[]), entity_targets.match_type) AS entity_name,
            entity_targets.target_type AS entity_type,
            entity_targets.match_type,
            entity_targets.negative,
            entity_targets.state,
            entity_targets.computed_status,
            entity_targets.bid_micros
           FROM amazon_ads.entity_targets
        UNION ALL
         SELECT 'ad'::text AS level,
            entity_ads.profile_id,
            entity_ads.ad_id AS entity_id,
            entity_ads.campaign_id,
            entity_ads.ad_group_id,
            entity_ads.ad_product,
            COALESCE(entity_ads.name, entity_ads.asin, entity_ads.sku, (entity_ads.creative #>> '{creative,headline}'::text[])) AS entity_name,
            'ad'::text AS entity_type,
            NULL::text AS match_type,
            false AS negative,
            entity_ads.state,
            entity_ads.computed_status,
            NULL::bigint AS bid_micros
           FROM amazon_ads.entity_ads
        )
 SELECT leaves.level,
    leaves.profile_id,
    profiles.account_name,
    profiles.country_code,
    profiles.currency_code,
    portfolios.portfolio_id,
    portfolios.name AS portfolio_name,
    leaves.campaign_id,
    campaigns.name AS campaign_name,
    leaves.ad_group_id,
    ad_groups.name AS ad_group_name,
    leaves.entity_id,
    leaves.entity_name,
    leaves.entity_type,
    leaves.match_type,
    leaves.negative,
    leaves.ad_product,
    leaves.state,
        CASE
            WHEN (lower(campaigns.state) <> 'enabled'::text) THEN campaigns.computed_status
            WHEN (lower(ad_groups.state) <> 'enabled'::text) THEN ad_groups.computed_status
            WHEN (lower(leaves.state) <> 'enabled'::text) THEN leaves.computed_status
            WHEN (campaigns.computed_status <> ALL (ARRAY['delivering'::text, 'unknown'::text])) THEN campaigns.computed_status
            WHEN (ad_groups.computed_status <> ALL (ARRAY['delivering'::text, 'unknown'::text])) THEN ad_groups.computed_status
            ELSE leaves.computed_status
        END AS effective_status,
        CASE
            WHEN ((leaves.level = 'target'::text) AND (NOT leaves.negative)) THEN COALESCE(leaves.bid_micros, ad_groups.default_bid_micros)
            ELSE NULL::bigint
        END AS effective_bid_micros,
    ((leaves.bid_micros IS NULL) AND (leaves.level = 'target'::text) AND (NOT leaves.negative)) AS inherits_bid
   FROM ((((leaves
     LEFT JOIN amazon_ads.entity_ad_groups ad_groups USING (profile_id, ad_group_id))
     LEFT JOIN amazon_ads.entity_campaigns campaigns ON (((leaves.profile_id = campaigns.profile_id) AND (leaves.campaign_id = campaigns.campaign_id))))
     LEFT JOIN amazon_ads.entity_portfolios portfolios ON (((campaigns.profile_id = portfolios.profile_id) AND (campaigns.portfolio_id = portfolios.portfolio_id))))
     LEFT JOIN amazon_ads.entity_profiles profiles ON ((leaves.profile_id = profiles.profile_id)));
COMMENT ON VIEW amazon_ads.ad_hierarchy IS 'Every ad and target with its ad group, campaign, portfolio and profile, its effective status and bid.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.level IS 'ad or target.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.account_name IS 'Name of the account.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.country_code IS 'Marketplace country.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.currency_code IS 'Currency of the bids.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.portfolio_id IS 'Portfolio of the campaign.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.portfolio_name IS 'Its name.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.campaign_id IS 'The campaign.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.campaign_name IS 'Its name.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.ad_group_id IS 'The ad group; null for campaign-level negatives.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.ad_group_name IS 'Its name.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.entity_id IS 'The ad''s or target''s id.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.entity_name IS 'A keyword''s text, a resolved expression, an ad''s name, ASIN or SKU.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.entity_type IS 'ad or the target_type.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.match_type IS 'How a target matches.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.negative IS 'Whether it excludes.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.ad_product IS 'sp, sb or sd.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.state IS 'Its own state.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.effective_status IS 'What it is really doing once its parents are taken into account.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.effective_bid_micros IS 'Own bid, else the ad group''s default, in micros; null for ads and negatives.';
COMMENT ON COLUMN amazon_ads.ad_hierarchy.inherits_bid IS 'Whether the bid is the ad group''s.';
CREATE VIEW amazon_ads.advertised_asins WITH (security_invoker='on') AS
 WITH ads AS (
         SELECT entity_ads.profile_id,
            entity_ads.ad_id,
            entity_ads.campaign_id,
            entity_ads.ad_group_id,
            entity_ads.ad_product,
            entity_ads.name,
            entity_ads.asin,
            entity_ads.sku,
            entity_ads.state,
            entity_ads.serving_status,
            entity_ads.computed_status,
            entity_ads.creative,
            entity_ads.creation_time,
            entity_ads.last_updated_time,
            entity_ads.synced_at,
            entity_ads.created_at
           FROM amazon_ads.entity_ads
        ), products AS (
         SELECT ads_1.profile_id,
            ads_1.ad_id,
            ads_1.asin,
            ads_1.sku
           FROM ads ads_1
          WHERE ((ads_1.asin IS NOT NULL) OR (ads_1.sku IS NOT NULL))
        UNION ALL
         SELECT ads_1.profile_id,
            ads_1.ad_id,
            listed.asin,
            NULL::text AS sku
           FROM (ads ads_1
             CROSS JOIN LATERAL jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof((ads_1.creative #> '{creative,asins}'::text[])) = 'array'::text) THEN (ads_1.creative #> '{creative,asins}'::text[])
                    ELSE '[]'::jsonb
                END) listed(asin))
        )
 SELECT DISTINCT ads.profile_id,
    products.asin,
    products.sku,
    ads.ad_product,
    ads.campaign_id,
    campaigns.name AS campaign_name,
    campaigns.state AS campaign_state,
    ads.ad_group_id,
    ads.ad_id,
    ads.state,
    ads.computed_status
   FROM ((products
     JOIN ads ON (((products.profile_id = ads.profile_id) AND (products.ad_id = ads.ad_id))))
     LEFT JOIN amazon_ads.entity_campaigns campaigns ON (((ads.profile_id = campaigns.profile_id) AND (ads.campaign_id = campaigns.campaign_id))));
COMMENT ON VIEW amazon_ads.advertised_asins IS 'Which ASINs and SKUs run in which campaigns and ads, over all ad products.';
COMMENT ON COLUMN amazon_ads.advertised_asins.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.advertised_asins.asin IS 'The ASIN.';
COMMENT ON COLUMN amazon_ads.advertised_asins.sku IS 'The seller''s SKU.';
COMMENT ON COLUMN amazon_ads.advertised_asins.ad_product IS 'sp, sb or sd.';
COMMENT ON COLUMN amazon_ads.advertised_asins.campaign_id IS 'The campaign.';
COMMENT ON COLUMN amazon_ads.advertised_asins.campaign_name IS 'Its name.';
COMMENT ON COLUMN amazon_ads.advertised_asins.campaign_state IS 'Its state.';
COMMENT ON COLUMN amazon_ads.advertised_asins.ad_group_id IS 'The ad group.';
COMMENT ON COLUMN amazon_ads.advertised_asins.ad_id IS 'The ad.';
COMMENT ON COLUMN amazon_ads.advertised_asins.state IS 'The ad''s state.';
COMMENT ON COLUMN amazon_ads.advertised_asins.computed_status IS 'The ad''s coarse status.';
CREATE TABLE amazon_ads.profile_access (
    member text NOT NULL,
    profile_id text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.profile_access IS 'Who sees which profile; kept by the owner.';
COMMENT ON COLUMN amazon_ads.profile_access.member IS 'Who: a database role, or what AMAZON_ADS_IDENTITY yields.';
COMMENT ON COLUMN amazon_ads.profile_access.profile_id IS 'The profile; * for every profile.';
COMMENT ON COLUMN amazon_ads.profile_access.granted_at IS 'Since when (UTC).';
CREATE TABLE amazon_ads.sync_log (
    run_id text NOT NULL,
    profile_id text NOT NULL,
    entity_type text NOT NULL,
    mode text,
    status text,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    updated_at timestamp with time zone,
    items_upserted bigint,
    pages_fetched bigint,
    retries bigint,
    throttled_seconds numeric,
    error text,
    request_id text,
    high_watermark timestamp with time zone,
    details jsonb,
    tap_version text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON TABLE amazon_ads.sync_log IS 'One row per run, profile and entity.';
COMMENT ON COLUMN amazon_ads.sync_log.run_id IS 'Run of the tap.';
COMMENT ON COLUMN amazon_ads.sync_log.profile_id IS 'Profile of the slice; * for the listing of the profiles themselves.';
COMMENT ON COLUMN amazon_ads.sync_log.entity_type IS 'profiles, portfolios, campaigns, ad_groups, ads or targets.';
COMMENT ON COLUMN amazon_ads.sync_log.mode IS 'full or incremental.';
COMMENT ON COLUMN amazon_ads.sync_log.status IS 'running, success (read to its end) or error, as the tap last wrote it.';
COMMENT ON COLUMN amazon_ads.sync_log.started_at IS 'Not later than the slice''s first request (UTC).';
COMMENT ON COLUMN amazon_ads.sync_log.finished_at IS 'When the slice ended (UTC); null while it runs.';
COMMENT ON COLUMN amazon_ads.sync_log.updated_at IS 'When this row was last written (UTC).';
COMMENT ON COLUMN amazon_ads.sync_log.items_upserted IS 'Rows emitted for the slice.';
COMMENT ON COLUMN amazon_ads.sync_log.pages_fetched IS 'Pages read for the slice.';
COMMENT ON COLUMN amazon_ads.sync_log.retries IS 'Requests that were repeated.';
COMMENT ON COLUMN amazon_ads.sync_log.throttled_seconds IS 'Seconds its requests waited because Amazon throttled.';
COMMENT ON COLUMN amazon_ads.sync_log.error IS 'What went wrong, in words; null on success.';
COMMENT ON COLUMN amazon_ads.sync_log.request_id IS 'Amazon''s id of the request that failed, for their support.';
COMMENT ON COLUMN amazon_ads.sync_log.high_watermark IS 'The slice''s bookmark after it was read to its end (UTC).';
COMMENT ON COLUMN amazon_ads.sync_log.details IS 'Per endpoint: pages, rows, duplicates, retries, seconds throttled, shortfall, reason skipped.';
COMMENT ON COLUMN amazon_ads.sync_log.tap_version IS 'Version of the tap.';
COMMENT ON COLUMN amazon_ads.sync_log.created_at IS 'When the row was first stored (UTC).';
CREATE TABLE amazon_ads.sync_run_markers (
    run_id text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE VIEW amazon_ads.sync_runs WITH (security_invoker='on') AS
 WITH sessions AS (
         SELECT pg_stat_activity.application_name
           FROM pg_stat_activity
          WHERE ((pg_stat_activity.datname = current_database()) AND has_table_privilege(pg_stat_activity.usesysid, ('amazon_ads.sync_log'::regclass)::oid, 'insert'::text))
        ), slices AS (
         SELECT log.run_id,
            log.profile_id,
            log.entity_type,
            log.mode,
            log.status,
            log.started_at,
            log.finished_at,
            log.updated_at,
            log.items_upserted,
            log.pages_fetched,
            log.retries,
            log.throttled_seconds,
            log.error,
            log.request_id,
            log.high_watermark,
            log.details,
            log.tap_version,
            log.created_at,
            (log.details ->> 'last_key'::text) AS last_key,
                CASE
                    WHEN (log.details ? 'session'::text) THEN (EXISTS ( SELECT 1
                       FROM sessions
                      WHERE (sessions.application_name = (log.details ->> 'session'::text))))
                    ELSE (log.updated_at > (now() - '06:00:00'::interval))
                END AS loader_alive,
            (lead(log.run_id) OVER (PARTITION BY log.profile_id, log.entity_type ORDER BY log.started_at) IS NOT NULL) AS superseded
           FROM amazon_ads.sync_log log
        ), arrived AS (
         SELECT slices.run_id,
            slices.profile_id,
            slices.entity_type,
            slices.mode,
            slices.status,
            slices.started_at,
            slices.finished_at,
            slices.updated_at,
            slices.items_upserted,
            slices.pages_fetched,
            slices.retries,
            slices.throttled_seconds,
            slices.error,
            slices.request_id,
            slices.high_watermark,
            slices.details,
            slices.tap_version,
            slices.created_at,
            slices.last_key,
            slices.loader_alive,
            slices.superseded,
                CASE
                    WHEN (slices.last_key IS NULL) THEN true
                    WHEN (slices.entity_type = 'portfolios'::text) THEN (EXISTS ( SELECT 1
                       FROM amazon_ads.entity_portfolios e
                      WHERE ((e.profile_id = slices.profile_id) AND (e.portfolio_id = slices.last_key) AND (e.synced_at >= slices.started_at))))
                    WHEN (slices.entity_type = 'campaigns'::text) THEN (EXISTS ( SELECT 1
                       FROM amazon_ads.entity_campaigns e
                      WHERE ((e.profile_id = slices.profile_id) AND (e.campaign_id = slices.last_key) AND (e.synced_at >= slices.started_at))))
                    WHEN (slices.entity_type = 'ad_groups'::text) THEN (EXISTS ( SELECT 1
                       FROM amazon_ads.entity_ad_groups e
                      WHERE ((e.profile_id = slices.profile_id) AND (e.ad_group_id = slices.last_key) AND (e.synced_at >= slices.started_at))))
                    WHEN (slices.entity_type = 'ads'::text) THEN (EXISTS ( SELECT 1
                       FROM amazon_ads.entity_ads e
                      WHERE ((e.profile_id = slices.profile_id) AND (e.ad_id = slices.last_key) AND (e.synced_at >= slices.started_at))))
                    WHEN (slices.entity_type = 'targets'::text) THEN (EXISTS ( SELECT 1
                       FROM amazon_ads.entity_targets e
                      WHERE ((e.profile_id = slices.profile_id) AND (e.target_id = slices.last_key) AND (e.synced_at >= slices.started_at))))
                    ELSE true
                END AS rows_arrived
           FROM slices
        ), judged AS (
         SELECT arrived.run_id,
            arrived.profile_id,
            arrived.entity_type,
            arrived.mode,
            arrived.status,
            arrived.started_at,
            arrived.finished_at,
            arrived.updated_at,
            arrived.items_upserted,
            arrived.pages_fetched,
            arrived.retries,
            arrived.throttled_seconds,
            arrived.error,
            arrived.request_id,
            arrived.high_watermark,
            arrived.details,
            arrived.tap_version,
            arrived.created_at,
            arrived.last_key,
            arrived.loader_alive,
            arrived.superseded,
            arrived.rows_arrived,
                CASE
                    WHEN ((arrived.status = 'running'::text) AND (arrived.superseded OR (NOT arrived.loader_alive))) THEN 'aborted: the run ended without finishing this slice'::text
                    WHEN ((arrived.status = 'success'::text) AND (NOT arrived.rows_arrived) AND (arrived.superseded OR (NOT arrived.loader_alive))) THEN 'aborted: the loader ended before all rows were stored'::text
                    ELSE arrived.error
                END AS verdict
           FROM arrived
        ), markers AS (
         SELECT marker.run_id,
            marker.started_at,
            COALESCE(lead(marker.started_at) OVER (ORDER BY marker.started_at), 'infinity'::timestamp with time zone) AS next_started_at
           FROM amazon_ads.sync_run_markers marker
        ), silent AS (
         SELECT markers.run_id,
            markers.started_at,
            markers.next_started_at,
            ((markers.next_started_at = 'infinity'::timestamp with time zone) AND ((markers.started_at > (now() - '00:00:20'::interval)) OR (EXISTS ( SELECT 1
                   FROM sessions
                  WHERE (sessions.application_name = 'tap-amazon-ads-entities'::text))))) AS may_be_alive
           FROM markers
          WHERE (NOT (EXISTS ( SELECT 1
                   FROM amazon_ads.sync_log log
                  WHERE ((log.started_at >= markers.started_at) AND (log.started_at < markers.next_started_at)))))
        )
 SELECT md5(((((judged.run_id || '|'::text) || judged.profile_id) || '|'::text) || judged.entity_type)) AS id,
    judged.profile_id,
    judged.entity_type,
    judged.mode,
    judged.started_at,
    judged.finished_at,
    judged.items_upserted,
    judged.pages_fetched,
        CASE
            WHEN (judged.verdict IS NOT NULL) THEN 'error'::text
            WHEN ((judged.status = 'success'::text) AND (NOT judged.rows_arrived)) THEN 'running'::text
            ELSE judged.status
        END AS status,
    judged.verdict AS error,
    judged.request_id,
    judged.created_at,
    judged.run_id,
    (COALESCE(judged.finished_at, judged.updated_at) - judged.started_at) AS duration,
    judged.retries,
    judged.throttled_seconds,
    judged.high_watermark,
    judged.details,
    judged.tap_version,
    judged.updated_at
   FROM judged
UNION ALL
 SELECT md5(((silent.run_id || '|'::text) || silent.started_at)) AS id,
    NULL::text AS profile_id,
    'run'::text AS entity_type,
    NULL::text AS mode,
    silent.started_at,
    NULL::timestamp with time zone AS finished_at,
    0 AS items_upserted,
    0 AS pages_fetched,
        CASE
            WHEN silent.may_be_alive THEN 'running'::text
            ELSE 'error'::text
        END AS status,
        CASE
            WHEN (NOT silent.may_be_alive) THEN 'aborted: the run ended before its first row was stored'::text
            ELSE NULL::text
        END AS error,
    NULL::text AS request_id,
    silent.started_at AS created_at,
    silent.run_id,
    NULL::interval AS duration,
    0 AS retries,
    0 AS throttled_seconds,
    NULL::timestamp with time zone AS high_watermark,
    '{}'::jsonb AS details,
    NULL::text AS tap_version,
    silent.started_at AS updated_at
   FROM silent;
COMMENT ON VIEW amazon_ads.sync_runs IS 'One row per run, profile and entity; a run that died shows as error as soon as anyone looks.';
COMMENT ON COLUMN amazon_ads.sync_runs.id IS 'Identifies the row.';
COMMENT ON COLUMN amazon_ads.sync_runs.profile_id IS 'The profile; * for the listing of the profiles; null for a run that died early.';
COMMENT ON COLUMN amazon_ads.sync_runs.entity_type IS 'profiles, portfolios, campaigns, ad_groups, ads, targets; run for a run that died before it stored anything.';
COMMENT ON COLUMN amazon_ads.sync_runs.mode IS 'full or incremental.';
COMMENT ON COLUMN amazon_ads.sync_runs.started_at IS 'Not later than the first request (UTC).';
COMMENT ON COLUMN amazon_ads.sync_runs.finished_at IS 'When the slice ended (UTC).';
COMMENT ON COLUMN amazon_ads.sync_runs.items_upserted IS 'Rows stored.';
COMMENT ON COLUMN amazon_ads.sync_runs.pages_fetched IS 'Pages read.';
COMMENT ON COLUMN amazon_ads.sync_runs.status IS 'running, success (read to its end and stored) or error.';
COMMENT ON COLUMN amazon_ads.sync_runs.error IS 'What went wrong.';
COMMENT ON COLUMN amazon_ads.sync_runs.request_id IS 'Amazon''s id of the request that failed; send it to their support.';
COMMENT ON COLUMN amazon_ads.sync_runs.created_at IS 'When the row was first stored (UTC).';
COMMENT ON COLUMN amazon_ads.sync_runs.run_id IS 'The run.';
COMMENT ON COLUMN amazon_ads.sync_runs.duration IS 'How long the slice took.';
COMMENT ON COLUMN amazon_ads.sync_runs.retries IS 'Requests that were repeated.';
COMMENT ON COLUMN amazon_ads.sync_runs.throttled_seconds IS 'Seconds its requests waited because Amazon throttled.';
COMMENT ON COLUMN amazon_ads.sync_runs.high_watermark IS 'The bookmark after a complete slice (UTC).';
COMMENT ON COLUMN amazon_ads.sync_runs.details IS 'Per endpoint: pages, rows, duplicates, retries, shortfall, reason skipped.';
COMMENT ON COLUMN amazon_ads.sync_runs.tap_version IS 'Version of the tap.';
COMMENT ON COLUMN amazon_ads.sync_runs.updated_at IS 'When the row was last written (UTC).';
CREATE VIEW amazon_ads.sync_state WITH (security_invoker='on') AS
 WITH runs AS (
         SELECT sync_runs.id,
            sync_runs.profile_id,
            sync_runs.entity_type,
            sync_runs.mode,
            sync_runs.started_at,
            sync_runs.finished_at,
            sync_runs.items_upserted,
            sync_runs.pages_fetched,
            sync_runs.status,
            sync_runs.error,
            sync_runs.request_id,
            sync_runs.created_at,
            sync_runs.run_id,
            sync_runs.duration,
            sync_runs.retries,
            sync_runs.throttled_seconds,
            sync_runs.high_watermark,
            sync_runs.details,
            sync_runs.tap_version,
            sync_runs.updated_at
           FROM amazon_ads.sync_runs
          WHERE ((sync_runs.profile_id IS NOT NULL) AND (sync_runs.profile_id <> '*'::text))
        ), states AS (
         SELECT runs.profile_id,
            runs.entity_type,
            max(runs.finished_at) FILTER (WHERE ((runs.status = 'success'::text) AND (runs.mode = 'full'::text))) AS last_full_sync_at,
            max(runs.finished_at) FILTER (WHERE ((runs.status = 'success'::text) AND (runs.mode = 'incremental'::text))) AS last_incremental_sync_at,
            max(runs.finished_at) FILTER (WHERE (runs.status = 'success'::text)) AS last_success_at,
            max(runs.started_at) FILTER (WHERE (runs.status = 'success'::text)) AS last_success_started_at,
            max(runs.high_watermark) FILTER (WHERE (runs.status = 'success'::text)) AS high_watermark,
            min(runs.created_at) AS created_at,
            max(runs.updated_at) AS updated_at,
            max(runs.started_at) FILTER (WHERE (runs.status = 'error'::text)) AS last_error_started_at
           FROM runs
          GROUP BY runs.profile_id, runs.entity_type
        )
 SELECT states.profile_id,
    states.entity_type,
    states.last_full_sync_at,
    states.last_incremental_sync_at,
    states.high_watermark,
    states.created_at,
    states.updated_at,
    failed.error AS last_error,
    COALESCE(failed.finished_at, failed.updated_at) AS last_error_at,
    ( SELECT count(*) AS count
           FROM runs
          WHERE ((runs.profile_id = states.profile_id) AND (runs.entity_type = states.entity_type) AND (runs.status = 'error'::text) AND ((states.last_success_started_at IS NULL) OR (runs.started_at > states.last_success_started_at)))) AS consecutive_errors,
        CASE
            WHEN (states.last_success_at IS NULL) THEN 'never'::text
            WHEN (states.last_success_at > (now() - '06:00:00'::interval)) THEN 'fresh'::text
            WHEN (states.last_success_at > (now() - '26:00:00'::interval)) THEN 'late'::text
            ELSE 'stale'::text
        END AS freshness
   FROM (states
     LEFT JOIN LATERAL ( SELECT runs.error,
            runs.finished_at,
            runs.updated_at
           FROM runs
          WHERE ((runs.profile_id = states.profile_id) AND (runs.entity_type = states.entity_type) AND (runs.status = 'error'::text))
          ORDER BY runs.started_at DESC
         LIMIT 1) failed ON (true));
COMMENT ON VIEW amazon_ads.sync_state IS 'One row per profile and entity - how far and how fresh it is.';
COMMENT ON COLUMN amazon_ads.sync_state.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.sync_state.entity_type IS 'portfolios, campaigns, ad_groups, ads or targets.';
COMMENT ON COLUMN amazon_ads.sync_state.last_full_sync_at IS 'When a full slice was last completed (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.last_incremental_sync_at IS 'When an incremental slice was last completed (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.high_watermark IS 'Newest change at Amazon that a complete slice has seen, never past its run''s start (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.created_at IS 'First time the slice was tried (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.updated_at IS 'Last time anything was logged for it (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.last_error IS 'The newest error.';
COMMENT ON COLUMN amazon_ads.sync_state.last_error_at IS 'When it happened (UTC).';
COMMENT ON COLUMN amazon_ads.sync_state.consecutive_errors IS 'Failed runs since the last complete one.';
COMMENT ON COLUMN amazon_ads.sync_state.freshness IS 'fresh (completed within 6 hours), late (within 26), stale (longer ago), never.';
CREATE VIEW amazon_ads.targets_keywords WITH (security_invoker='on') AS
 SELECT targets.profile_id,
    targets.target_id AS keyword_id,
    targets.campaign_id,
    targets.ad_group_id,
    targets.ad_product,
    (targets.expression ->> 'text'::text) AS keyword_text,
    targets.match_type,
    targets.negative,
    targets.target_level,
    targets.state,
    targets.computed_status,
    targets.bid_micros,
        CASE
            WHEN (NOT targets.negative) THEN COALESCE(targets.bid_micros, ad_groups.default_bid_micros)
            ELSE NULL::bigint
        END AS effective_bid_micros,
    targets.last_updated_time
   FROM (amazon_ads.entity_targets targets
     LEFT JOIN amazon_ads.entity_ad_groups ad_groups USING (profile_id, ad_group_id))
  WHERE (targets.target_type = 'keyword'::text);
COMMENT ON VIEW amazon_ads.targets_keywords IS 'Keywords of all ad products, positive and negative, with what they effectively bid.';
COMMENT ON COLUMN amazon_ads.targets_keywords.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.targets_keywords.keyword_id IS 'The keyword.';
COMMENT ON COLUMN amazon_ads.targets_keywords.campaign_id IS 'Its campaign.';
COMMENT ON COLUMN amazon_ads.targets_keywords.ad_group_id IS 'Its ad group; null for campaign-level negatives.';
COMMENT ON COLUMN amazon_ads.targets_keywords.ad_product IS 'sp or sb.';
COMMENT ON COLUMN amazon_ads.targets_keywords.keyword_text IS 'Its text.';
COMMENT ON COLUMN amazon_ads.targets_keywords.match_type IS 'exact, phrase, broad, negative_exact, negative_phrase or negative_broad.';
COMMENT ON COLUMN amazon_ads.targets_keywords.negative IS 'Whether it excludes.';
COMMENT ON COLUMN amazon_ads.targets_keywords.target_level IS 'campaign or ad_group.';
COMMENT ON COLUMN amazon_ads.targets_keywords.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads.targets_keywords.computed_status IS 'Coarse status.';
COMMENT ON COLUMN amazon_ads.targets_keywords.bid_micros IS 'Own bid in micros.';
COMMENT ON COLUMN amazon_ads.targets_keywords.effective_bid_micros IS 'Own bid, else the ad group''s default, in micros.';
COMMENT ON COLUMN amazon_ads.targets_keywords.last_updated_time IS 'When it was last changed at Amazon (UTC).';
CREATE VIEW amazon_ads.targets_products WITH (security_invoker='on') AS
 SELECT profile_id,
    target_id,
    campaign_id,
    ad_group_id,
    ad_product,
    target_type,
    match_type,
    negative,
    target_level,
    (expression #>> '{expression,0,value}'::text[]) AS value,
    (expression #>> '{resolvedExpression,0,value}'::text[]) AS resolved_value,
    (expression -> 'expression'::text) AS expression,
    state,
    computed_status,
    bid_micros,
    last_updated_time
   FROM amazon_ads.entity_targets
  WHERE (target_type <> 'keyword'::text);
COMMENT ON VIEW amazon_ads.targets_products IS 'Product, category, brand, audience, auto and theme targets, positive and negative.';
COMMENT ON COLUMN amazon_ads.targets_products.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.targets_products.target_id IS 'The target.';
COMMENT ON COLUMN amazon_ads.targets_products.campaign_id IS 'Its campaign.';
COMMENT ON COLUMN amazon_ads.targets_products.ad_group_id IS 'Its ad group; null for campaign-level negatives.';
COMMENT ON COLUMN amazon_ads.targets_products.ad_product IS 'sp, sb or sd.';
COMMENT ON COLUMN amazon_ads.targets_products.target_type IS 'What it aims at.';
COMMENT ON COLUMN amazon_ads.targets_products.match_type IS 'How it matches.';
COMMENT ON COLUMN amazon_ads.targets_products.negative IS 'Whether it excludes.';
COMMENT ON COLUMN amazon_ads.targets_products.target_level IS 'campaign or ad_group.';
COMMENT ON COLUMN amazon_ads.targets_products.value IS 'Value of the expression''s first part, such as an ASIN or a category id.';
COMMENT ON COLUMN amazon_ads.targets_products.resolved_value IS 'The same in Amazon''s words.';
COMMENT ON COLUMN amazon_ads.targets_products.expression IS 'Amazon''s whole expression.';
COMMENT ON COLUMN amazon_ads.targets_products.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads.targets_products.computed_status IS 'Coarse status.';
COMMENT ON COLUMN amazon_ads.targets_products.bid_micros IS 'Own bid in micros.';
COMMENT ON COLUMN amazon_ads.targets_products.last_updated_time IS 'When it was last changed at Amazon (UTC).';
CREATE VIEW amazon_ads.vanished_entities WITH (security_invoker='on') AS
 WITH complete AS (
         SELECT DISTINCT ON (runs.profile_id, runs.entity_type, (upper(product.name))) runs.profile_id,
            runs.entity_type,
            lower(product.name) AS ad_product,
            runs.started_at,
            runs.finished_at
           FROM (amazon_ads.sync_runs runs
             CROSS JOIN LATERAL jsonb_array_elements_text(((runs.details -> 'ad_products'::text) || '["any"]'::jsonb)) product(name))
          WHERE ((runs.status = 'success'::text) AND (runs.mode = 'full'::text))
          ORDER BY runs.profile_id, runs.entity_type, (upper(product.name)), runs.started_at DESC
        )
 SELECT 'entity_portfolios'::text AS table_name,
    e.profile_id,
    e.portfolio_id AS entity_id,
    e.name,
    e.state,
    e.synced_at AS last_seen_at,
    complete.finished_at AS noticed_at
   FROM (amazon_ads.entity_portfolios e
     JOIN complete ON (((complete.profile_id = e.profile_id) AND (complete.entity_type = 'portfolios'::text) AND (complete.ad_product = 'any'::text) AND (e.synced_at < complete.started_at))))
UNION ALL
 SELECT 'entity_campaigns'::text AS table_name,
    e.profile_id,
    e.campaign_id AS entity_id,
    e.name,
    e.state,
    e.synced_at AS last_seen_at,
    complete.finished_at AS noticed_at
   FROM (amazon_ads.entity_campaigns e
     JOIN complete ON (((complete.profile_id = e.profile_id) AND (complete.entity_type = 'campaigns'::text) AND (complete.ad_product = e.campaign_type) AND (e.synced_at < complete.started_at))))
UNION ALL
 SELECT 'entity_ad_groups'::text AS table_name,
    e.profile_id,
    e.ad_group_id AS entity_id,
    e.name,
    e.state,
    e.synced_at AS last_seen_at,
    complete.finished_at AS noticed_at
   FROM (amazon_ads.entity_ad_groups e
     JOIN complete ON (((complete.profile_id = e.profile_id) AND (complete.entity_type = 'ad_groups'::text) AND (complete.ad_product = e.ad_product) AND (e.synced_at < complete.started_at))))
UNION ALL
 SELECT 'entity_ads'::text AS table_name,
    e.profile_id,
    e.ad_id AS entity_id,
    e.name,
    e.state,
    e.synced_at AS last_seen_at,
    complete.finished_at AS noticed_at
   FROM (amazon_ads.entity_ads e
     JOIN complete ON (((complete.profile_id = e.profile_id) AND (complete.entity_type = 'ads'::text) AND (complete.ad_product = e.ad_product) AND (e.synced_at < complete.started_at))))
UNION ALL
 SELECT 'entity_targets'::text AS table_name,
    e.profile_id,
    e.target_id AS entity_id,
    (e.expression ->> 'text'::text) AS name,
    e.state,
    e.synced_at AS last_seen_at,
    complete.finished_at AS noticed_at
   FROM (amazon_ads.entity_targets e
     JOIN complete ON (((complete.profile_id = e.profile_id) AND (complete.entity_type = 'targets'::text) AND (complete.ad_product = e.ad_product) AND (e.synced_at < complete.started_at))));
COMMENT ON VIEW amazon_ads.vanished_entities IS 'Entities that the last complete full slice did not see any more. Nothing is deleted; partial slices never judge.';
COMMENT ON COLUMN amazon_ads.vanished_entities.table_name IS 'Table the entity is in.';
COMMENT ON COLUMN amazon_ads.vanished_entities.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads.vanished_entities.entity_id IS 'The entity''s id in that table.';
COMMENT ON COLUMN amazon_ads.vanished_entities.name IS 'Its name, or a keyword''s text.';
COMMENT ON COLUMN amazon_ads.vanished_entities.state IS 'The state it had when it was last seen.';
COMMENT ON COLUMN amazon_ads.vanished_entities.last_seen_at IS 'When it was last read from Amazon (UTC).';
COMMENT ON COLUMN amazon_ads.vanished_entities.noticed_at IS 'When the full slice that missed it ended (UTC).';
CREATE VIEW amazon_ads_fivetran.ad_group_history WITH (security_invoker='on') AS
 SELECT ad_group_id AS id,
    campaign_id,
    name,
    state,
    ((default_bid_micros)::numeric / 1000000.0) AS default_bid,
    serving_status,
    creation_time AS creation_date,
    last_updated_time AS last_updated_date,
    profile_id
   FROM amazon_ads.entity_ad_groups;
COMMENT ON VIEW amazon_ads_fivetran.ad_group_history IS 'Ad groups in the columns of Fivetran''s ad_group_history (one current row each).';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.id IS 'The ad group.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.campaign_id IS 'Its campaign.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.name IS 'Its name.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.default_bid IS 'Default bid in units of the currency.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.serving_status IS 'Amazon''s serving status.';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.creation_date IS 'When it was created (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.last_updated_date IS 'When it was last changed (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.ad_group_history.profile_id IS 'The profile.';
CREATE VIEW amazon_ads_fivetran.campaign_history WITH (security_invoker='on') AS
 SELECT campaign_id AS id,
    name,
    profile_id,
    portfolio_id,
    state,
    serving_status,
    targeting_type,
    COALESCE((bidding ->> 'strategy'::text), (bidding ->> 'bidOptimizationStrategy'::text)) AS bidding_strategy,
    ((budget_micros)::numeric / 1000000.0) AS budget,
    budget_type,
    COALESCE(((bidding ->> 'effectiveBudget'::text))::numeric, ((budget_micros)::numeric / 1000000.0)) AS effective_budget,
    start_date,
    end_date,
    creation_time AS creation_date,
    last_updated_time AS last_updated_date
   FROM amazon_ads.entity_campaigns;
COMMENT ON VIEW amazon_ads_fivetran.campaign_history IS 'Campaigns in the columns of Fivetran''s campaign_history (one current row each).';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.id IS 'The campaign.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.name IS 'Its name.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.portfolio_id IS 'Its portfolio.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.serving_status IS 'Amazon''s serving status.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.targeting_type IS 'auto or manual.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.bidding_strategy IS 'Bidding strategy.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.budget IS 'Budget in units of the currency.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.budget_type IS 'daily, lifetime or other.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.effective_budget IS 'Budget after budget rules.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.start_date IS 'First day.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.end_date IS 'Last day.';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.creation_date IS 'When it was created (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.campaign_history.last_updated_date IS 'When it was last changed (UTC).';
CREATE VIEW amazon_ads_fivetran.keyword_history WITH (security_invoker='on') AS
 SELECT target_id AS id,
    campaign_id,
    ad_group_id,
    (expression ->> 'text'::text) AS keyword_text,
    match_type,
    ((bid_micros)::numeric / 1000000.0) AS bid,
    state,
    serving_status,
    (expression ->> 'nativeLanguageKeyword'::text) AS native_language_keyword,
    (expression ->> 'nativeLanguageLocale'::text) AS native_language_locale,
    creation_time AS creation_date,
    last_updated_time AS last_updated_date,
    profile_id
   FROM amazon_ads.entity_targets
  WHERE ((target_type = 'keyword'::text) AND (NOT negative));
COMMENT ON VIEW amazon_ads_fivetran.keyword_history IS 'Positive keywords in the columns of Fivetran''s keyword_history (one current row each).';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.id IS 'The keyword.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.campaign_id IS 'Its campaign.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.ad_group_id IS 'Its ad group.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.keyword_text IS 'Its text.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.match_type IS 'exact, phrase or broad.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.bid IS 'Own bid in units of the currency.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.serving_status IS 'Amazon''s serving status.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.native_language_keyword IS 'Its text in the advertiser''s language.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.native_language_locale IS 'That language.';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.creation_date IS 'When it was created (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.last_updated_date IS 'When it was last changed (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.keyword_history.profile_id IS 'The profile.';
CREATE VIEW amazon_ads_fivetran.portfolio_history WITH (security_invoker='on') AS
 SELECT portfolio_id AS id,
    profile_id,
    name,
    state,
    serving_status,
    in_budget,
    ((budget_micros)::numeric / 1000000.0) AS budget_amount,
    currency_code AS budget_currency_code,
    budget_policy,
    budget_start_date,
    budget_end_date,
    creation_time AS creation_date,
    last_updated_time AS last_updated_date
   FROM amazon_ads.entity_portfolios;
COMMENT ON VIEW amazon_ads_fivetran.portfolio_history IS 'Portfolios in the columns of Fivetran''s portfolio_history (one current row each).';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.id IS 'The portfolio.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.profile_id IS 'The profile.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.name IS 'Its name.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.serving_status IS 'Amazon''s serving status.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.in_budget IS 'Whether it is within its budget.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.budget_amount IS 'Budget in units of the currency.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.budget_currency_code IS 'Its currency.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.budget_policy IS 'Kind of budget.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.budget_start_date IS 'First day of the budget.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.budget_end_date IS 'Last day of the budget.';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.creation_date IS 'When it was created (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.portfolio_history.last_updated_date IS 'When it was last changed (UTC).';
CREATE VIEW amazon_ads_fivetran.product_ad_history WITH (security_invoker='on') AS
 SELECT ad_id AS id,
    campaign_id,
    ad_group_id,
    asin,
    sku,
    state,
    serving_status,
    creation_time AS creation_date,
    last_updated_time AS last_updated_date,
    profile_id
   FROM amazon_ads.entity_ads
  WHERE (ad_product = ANY (ARRAY['sp'::text, 'sd'::text]));
COMMENT ON VIEW amazon_ads_fivetran.product_ad_history IS 'Ads with a product in the columns of Fivetran''s product_ad_history (one current row each).';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.id IS 'The ad.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.campaign_id IS 'Its campaign.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.ad_group_id IS 'Its ad group.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.asin IS 'Its ASIN.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.sku IS 'Its SKU.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.state IS 'State as Amazon returns it.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.serving_status IS 'Amazon''s serving status.';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.creation_date IS 'When it was created (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.last_updated_date IS 'When it was last changed (UTC).';
COMMENT ON COLUMN amazon_ads_fivetran.product_ad_history.profile_id IS 'The profile.';
CREATE VIEW amazon_ads_fivetran.profile WITH (security_invoker='on') AS
 SELECT profile_id AS id,
    account_id,
    account_name,
    account_type,
    account_sub_type,
    marketplace_id AS account_marketplace_string_id,
    valid_payment_method AS account_valid_payment_method,
    country_code,
    currency_code,
    ((daily_budget_micros)::numeric / 1000000.0) AS daily_budget,
    timezone
   FROM amazon_ads.entity_profiles;
COMMENT ON VIEW amazon_ads_fivetran.profile IS 'Profiles in the columns of Fivetran''s profile.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.id IS 'The profile.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_id IS 'Amazon''s id of the account.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_name IS 'Its name.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_type IS 'seller or vendor.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_sub_type IS 'Kind of account, where Amazon names one.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_marketplace_string_id IS 'The marketplace.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.account_valid_payment_method IS 'Whether it has a valid payment method.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.country_code IS 'Marketplace country.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.currency_code IS 'Its currency.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.daily_budget IS 'Account-wide daily cap in units of the currency.';
COMMENT ON COLUMN amazon_ads_fivetran.profile.timezone IS 'Its time zone.';
ALTER TABLE ONLY amazon_ads.entity_ad_groups
    ADD CONSTRAINT entity_ad_groups_pkey PRIMARY KEY (profile_id, ad_group_id);
ALTER TABLE ONLY amazon_ads.entity_ads
    ADD CONSTRAINT entity_ads_pkey PRIMARY KEY (profile_id, ad_id);
ALTER TABLE ONLY amazon_ads.entity_campaigns
    ADD CONSTRAINT entity_campaigns_pkey PRIMARY KEY (profile_id, campaign_id);
ALTER TABLE ONLY amazon_ads.entity_portfolios
    ADD CONSTRAINT entity_portfolios_pkey PRIMARY KEY (profile_id, portfolio_id);
ALTER TABLE ONLY amazon_ads.entity_profiles
    ADD CONSTRAINT entity_profiles_pkey PRIMARY KEY (profile_id);
ALTER TABLE ONLY amazon_ads.entity_targets
    ADD CONSTRAINT entity_targets_pkey PRIMARY KEY (profile_id, target_id);
ALTER TABLE ONLY amazon_ads.profile_access
    ADD CONSTRAINT profile_access_pkey PRIMARY KEY (member, profile_id);
ALTER TABLE ONLY amazon_ads.sync_log
    ADD CONSTRAINT sync_log_pkey PRIMARY KEY (run_id, profile_id, entity_type);
CREATE INDEX entity_ad_groups_profile_id_campaign_id_idx ON amazon_ads.entity_ad_groups USING btree (profile_id, campaign_id);
CREATE INDEX entity_ads_asin_idx ON amazon_ads.entity_ads USING btree (asin);
CREATE INDEX entity_ads_profile_id_ad_group_id_idx ON amazon_ads.entity_ads USING btree (profile_id, ad_group_id);
CREATE INDEX entity_ads_profile_id_campaign_id_idx ON amazon_ads.entity_ads USING btree (profile_id, campaign_id);
CREATE INDEX entity_campaigns_profile_id_portfolio_id_idx ON amazon_ads.entity_campaigns USING btree (profile_id, portfolio_id);
CREATE INDEX entity_campaigns_profile_id_state_idx ON amazon_ads.entity_campaigns USING btree (profile_id, state);
CREATE INDEX entity_targets_profile_id_ad_group_id_idx ON amazon_ads.entity_targets USING btree (profile_id, ad_group_id);
CREATE INDEX entity_targets_profile_id_campaign_id_idx ON amazon_ads.entity_targets USING btree (profile_id, campaign_id);
CREATE INDEX sync_log_profile_id_entity_type_started_at_idx ON amazon_ads.sync_log USING btree (profile_id, entity_type, started_at);
CREATE INDEX sync_log_started_at_idx ON amazon_ads.sync_log USING btree (started_at);
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_ad_groups FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_ad_groups IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_ads FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_ads IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_campaigns FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_campaigns IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_portfolios FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_portfolios IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_profiles FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_profiles IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.entity_targets FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.entity_targets IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.profile_access FOR SELECT USING ((member = ((CURRENT_USER)::text COLLATE "default")));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.profile_access IS 'Kept by prepare: 5830adb7d4983cc1d115d8df9d2804fb';
CREATE POLICY amazon_ads_members_read ON amazon_ads.sync_log FOR SELECT USING (((profile_id IN ( SELECT a.profile_id
   FROM amazon_ads.profile_access a
  WHERE (a.member = ((CURRENT_USER)::text COLLATE "default")))) OR (EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text))))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.sync_log IS 'Kept by prepare: 347e34ca8293849f12bca05fbbf88972';
CREATE POLICY amazon_ads_members_read ON amazon_ads.sync_run_markers FOR SELECT USING ((EXISTS ( SELECT
   FROM amazon_ads.profile_access a
  WHERE ((a.member = ((CURRENT_USER)::text COLLATE "default")) AND (a.profile_id = '*'::text)))));
COMMENT ON POLICY amazon_ads_members_read ON amazon_ads.sync_run_markers IS 'Kept by prepare: 7d2799ee1bfe79229014432abe78e1a5';
ALTER TABLE amazon_ads.entity_ad_groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.entity_ads ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.entity_campaigns ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.entity_portfolios ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.entity_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.entity_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.profile_access ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.sync_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE amazon_ads.sync_run_markers ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA amazon_ads TO amazon_ads_analyst;
GRANT USAGE ON SCHEMA amazon_ads_fivetran TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_ad_groups TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_ads TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_campaigns TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_portfolios TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_profiles TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.entity_targets TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.ad_hierarchy TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.advertised_asins TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.profile_access TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.sync_log TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.sync_run_markers TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.sync_runs TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.sync_state TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.targets_keywords TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.targets_products TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads.vanished_entities TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.ad_group_history TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.campaign_history TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.keyword_history TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.portfolio_history TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.product_ad_history TO amazon_ads_analyst;
GRANT SELECT ON TABLE amazon_ads_fivetran.profile TO amazon_ads_analyst;
