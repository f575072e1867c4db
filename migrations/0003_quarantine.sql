-- What could not be taken, with its reason, to be looked at and tried again.

create table quarantine (
  id               bigint generated always as identity primary key,
  message_key      bigint not null references message,
  attachment       text not null,
  reason           text not null,
  detail           text not null,
  raw              bytea,
  attempts         bigint not null default 0,
  last_attempt_at  timestamptz
);
comment on table quarantine is 'Messages and attachments that could not be taken';
comment on column quarantine.attachment is 'MIME part number and suffix; empty: the whole message';
comment on column quarantine.reason is 'A code of the closed list in the documentation';
comment on column quarantine.detail is 'What, where, and which limit; may quote the sender';
comment on column quarantine.raw is 'The whole message, on its first entry alone; null also beyond limits.quarantine';
comment on column quarantine.attempts is 'How often it was tried again';

-- A message's entries: for listing, for trying again, for pruning, and for the foreign key.
create index quarantine_message_key_idx on quarantine (message_key);
