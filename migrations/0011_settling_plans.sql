-- Settling runs the same few statements for every pair of organization and domain in a batch. Once there is some history,
-- PostgreSQL would plan each of them anew, which takes several times as long as running it: one plan does for all.

alter function settle_failures() set plan_cache_mode = force_generic_plan;
alter function settle_new_failure() set plan_cache_mode = force_generic_plan;
alter function settlement(text, text, timestamptz) set plan_cache_mode = force_generic_plan;
alter function clean_after(text, text, timestamptz) set plan_cache_mode = force_generic_plan;
alter function silent_after(text, text, timestamptz, timestamptz) set plan_cache_mode = force_generic_plan;
