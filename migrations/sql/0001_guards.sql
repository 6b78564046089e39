-- Who may touch what, what may refer to what, and what the floor must hear of.

select openseat_protect('operators', 'common');
select openseat_protect('cells', 'operator');
select openseat_protect('branches', 'operator');
select openseat_protect('clients', 'party');
select openseat_protect('projects', 'tenant');
select openseat_protect('skills', 'common');
select openseat_protect('agent_groups', 'operator');
select openseat_protect('agents', 'tenant');
select openseat_protect('agent_skills', 'agent');
select openseat_protect('agent_queues', 'agent');
select openseat_protect('queues', 'tenant');
select openseat_protect('queue_skills', 'queue');
select openseat_protect('flows', 'tenant');
select openseat_protect('flow_versions', 'tenant');
select openseat_protect('numbers', 'tenant');
select openseat_protect('calendars', 'shared');
select openseat_protect('hours', 'shared');
select openseat_protect('prompts', 'shared');
select openseat_protect('listed_numbers', 'tenant');
select openseat_protect('phones', 'operator');
select openseat_protect('trunks', 'operator');
select openseat_protect('users', 'account');
select openseat_protect('idempotency_keys', 'tenant');

-- Sessions and tokens are found by their digest before anybody is known; only the sign-in and the
-- operator touch them.
alter table user_sessions enable row level security;
alter table user_sessions force row level security;
create policy accounts on user_sessions using ((select openseat_scope()) in ('operator', 'sign_in'));
alter table user_tokens enable row level security;
alter table user_tokens force row level security;
create policy accounts on user_tokens using ((select openseat_scope()) in ('operator', 'sign_in'));
alter table sign_in_attempts enable row level security;
alter table sign_in_attempts force row level security;
create policy accounts on sign_in_attempts using ((select openseat_scope()) in ('operator', 'sign_in'));

-- The audit trail: everybody known appends, the operator reads all, a client its own; nobody edits.
alter table audit_entries enable row level security;
alter table audit_entries force row level security;
create policy adding on audit_entries for insert with check (
    (select openseat_scope()) in ('operator', 'sign_in') or client_id = (select openseat_client()));
create policy reading on audit_entries for select using (
    (select openseat_scope()) = 'operator' or client_id = (select openseat_client()));

create function openseat_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on audit_entries
    for each statement execute function openseat_append_only();

-- A foreign key does not look at row-level security: this does. The row referred to must be visible
-- to whoever writes, and belong to the same client or to none.
create function openseat_same_client() returns trigger language plpgsql as $$
declare
    referred text := to_jsonb(new) ->> tg_argv[1];
    allowed boolean;
begin
    if referred is null then
        return new;
    end if;
    execute format('select client_id is null or client_id is not distinct from $1 from %I where id = $2', tg_argv[0])
        into allowed using new.client_id, referred;
    if allowed is null and openseat_scope() = 'operator' then
        return new; -- not there at all: the foreign key says so
    end if;
    if allowed is not true then
        raise exception '% of another client', tg_argv[1]
            using errcode = 'foreign_key_violation', table = tg_table_name,
                  constraint = format('fk_%s_%s', tg_table_name, tg_argv[1]);
    end if;
    return new;
end $$;
create trigger same_client before insert or update on hours
    for each row execute function openseat_same_client('calendars', 'calendar_id');
create trigger same_client before insert or update on numbers
    for each row execute function openseat_same_client('flows', 'flow_id');
create trigger same_client before insert or update on flow_versions
    for each row execute function openseat_same_client('flows', 'flow_id');

-- Every change of what the floor reads raises the version and tells it, once a transaction.
create function openseat_directory_changed() returns trigger language plpgsql as $$
begin
    update directory_state set version = version + 1, changed_at = now() where id = 1;
    perform pg_notify('directory_changed', '');
    return null;
end $$;
do $$
declare
    name text;
begin
    foreach name in array array[
        'operators', 'clients', 'projects', 'skills', 'agent_groups', 'agents', 'agent_skills',
        'agent_queues', 'queues', 'queue_skills', 'flow_versions', 'numbers', 'calendars', 'hours',
        'prompts', 'listed_numbers', 'phones', 'trunks']
    loop
        execute format('create trigger directory_changed after insert or update or delete on %I '
                       'for each statement execute function openseat_directory_changed()', name);
    end loop;
end $$;
-- A draft is nothing to the floor, and neither is somebody signing in.
create trigger directory_changed after insert or delete or update of published_number on flows
    for each statement execute function openseat_directory_changed();
create trigger directory_changed
    after update of role, client_id, agent_id, group_ids, queue_ids, active on users
    for each statement execute function openseat_directory_changed();

grant select, insert, update, delete on
    operators, branches, clients, projects, skills, agent_groups, agents, agent_skills,
    agent_queues, queues, queue_skills, flows, flow_versions, numbers, calendars, hours, prompts,
    listed_numbers, phones, trunks, users, user_sessions, user_tokens, sign_in_attempts,
    idempotency_keys
    to openseat_app;
grant select on cells to openseat_app;
grant select, insert on audit_entries to openseat_app;
grant select, update on audit_head, directory_state to openseat_app;

grant select on
    cells, operators, clients, projects, skills, agent_groups, agents, agent_skills, agent_queues,
    queues, queue_skills, flows, flow_versions, numbers, calendars, hours, prompts, listed_numbers,
    phones, trunks, directory_state
    to openseat_floor;
