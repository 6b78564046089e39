-- The journal: every fact of a cell, in order, once. Only the cell's floor writes it.

create table journal (
    cell_id   text     not null,
    seq       bigint   not null,
    stream    text     not null,
    no        integer  not null,
    -- Milliseconds since the Unix epoch, UTC.
    at        bigint   not null,
    -- Empty for what concerns no client.
    client_id text     not null,
    type      text     not null,
    version   smallint not null,
    data      jsonb    not null,
    constraint pk_journal primary key (cell_id, seq),
    constraint uq_journal_stream unique (cell_id, stream, no),
    constraint ck_journal_seq check (seq > 0),
    constraint ck_journal_no check (no > 0)
) with (
    -- Only ever added to: freezing early keeps the later full vacuum small.
    autovacuum_vacuum_insert_scale_factor = 0.05
);

-- Who writes: the token grows by one with every change of writer.
create table cell_lease (
    cell_id text   primary key,
    token   bigint not null,
    holder  text   not null,
    beat    bigint not null
) with (fillfactor = 50);

create table floor_checkpoint (
    cell_id  text        primary key,
    seq      bigint      not null,
    version  integer     not null,
    data     bytea       not null,
    saved_at timestamptz not null default now()
);
alter table floor_checkpoint alter column data set storage external;

-- How far each projection has read.
create table projection_cursor (
    name       text        not null,
    cell_id    text        not null,
    version    integer     not null,
    seq        bigint      not null,
    -- Why it stands still, empty when it does not.
    trouble    text        not null default '',
    updated_at timestamptz not null default now(),
    constraint pk_projection_cursor primary key (name, cell_id)
);

-- A table that a fold over the journal fills: written by the floor's role alone, read by the operator
-- and by the client whose id is in client_id.
create function openseat_protect_fold(target regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy folding on %s to openseat_floor using (true) with check (true)', target);
    execute format('create policy reading on %s for select to openseat_app using ('
                   '(select openseat_scope()) = ''operator'' or client_id = (select openseat_client()))', target);
    execute format('grant select, insert, update, delete, truncate on %s to openseat_floor', target);
    execute format('grant select on %s to openseat_app', target);
end $$;
revoke execute on function openseat_protect_fold(regclass) from public;

alter table journal enable row level security;
alter table journal force row level security;
create policy floor_reads on journal for select to openseat_floor using (true);
create policy floor_adds on journal for insert to openseat_floor with check (true);
grant select, insert on journal to openseat_floor;
grant select on journal to openseat_app;

do $$
declare
    name text;
begin
    foreach name in array array['cell_lease', 'floor_checkpoint', 'projection_cursor'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy floor on %I to openseat_floor using (true) with check (true)', name);
        execute format('create policy reading on %I for select to openseat_app '
                       'using ((select openseat_scope()) = ''operator'')', name);
        execute format('grant select, insert, update, delete on %I to openseat_floor', name);
        execute format('grant select on %I to openseat_app', name);
    end loop;
end $$;
