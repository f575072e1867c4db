-- What came without gzip and is short is stored as it came: to compress it takes longer than to read it, and saves 2 %
-- of the database where one report in six comes so.
comment on column report.raw is 'The report''s JSON as it was sent: gzip, or the text itself where it is short';
