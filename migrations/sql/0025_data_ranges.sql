-- The data range of a role: of what a kind of user may touch, chosen clients and projects only.
--
-- Restrictive policies stand beside those of the scope and only ever take away. A transaction tells its
-- range by settings:
--   openseat.ranged          '' (as far as the scope goes) | on
--   openseat.range_clients   ids of whole clients, separated by commas
--   openseat.range_projects  ids of projects, of these or of other clients
--   openseat.range_seat      the own agent; what somebody did themselves is always within their range

create function openseat_ranged() returns boolean language sql stable parallel safe
    return coalesce(current_setting('openseat.ranged', true), '') <> '';

create function openseat_range_clients() returns text[] language sql stable parallel safe
    return string_to_array(coalesce(current_setting('openseat.range_clients', true), ''), ',');

create function openseat_range_projects() returns text[] language sql stable parallel safe
    return string_to_array(coalesce(current_setting('openseat.range_projects', true), ''), ',');

-- Null without one, so that a comparison with it is never true by accident.
create function openseat_range_seat() returns text language sql stable parallel safe
    return nullif(current_setting('openseat.range_seat', true), '');

-- Agents who serve a queue in the range, or are the own people of a client in it, and the own seat. The
-- range is set aside meanwhile: the rule of who sees an agent cannot ask itself.
create function openseat_range_agents() returns text[] language plpgsql stable as $$
declare
    found text[];
begin
    if not openseat_ranged() then
        return null;
    end if;
    perform set_config('openseat.ranged', '', true);
    found := array(
        select served.agent_id from agent_queues_now served
        join queues on queues.id = served.queue_id
        where queues.client_id = any ((select openseat_range_clients())::text[])
              or queues.project_id = any ((select openseat_range_projects())::text[])
        union
        select agents.id from agents
        where agents.client_id = any ((select openseat_range_clients())::text[])
              or agents.id = (select openseat_range_seat()));
    perform set_config('openseat.ranged', 'on', true);
    return found;
end $$;

-- Have a range bound a table: which rows may be read, and which be written.
create function openseat_range(target regclass, reads text, writes text) returns void
language plpgsql as $$
declare
    guarded constant text := '(select openseat_ranged()) is not true or (%s)';
    reading constant text := format(guarded, reads);
    writing constant text := format(guarded, writes);
begin
    execute format('create policy ranged_reading on %s as restrictive for select to openseat_app using (%s)',
                   target, reading);
    execute format('create policy ranged_adding on %s as restrictive for insert to openseat_app with check (%s)',
                   target, writing);
    execute format('create policy ranged_changing on %s as restrictive for update to openseat_app using (%s) with check (%s)',
                   target, writing, writing);
    execute format('create policy ranged_removing on %s as restrictive for delete to openseat_app using (%s)',
                   target, writing);
end $$;

-- kind      which rows of a table are in a range
--   project   those of its projects, and all of its clients
--   client    all of its clients
--   setting   as project; and to be read, what is there for every project of a client, or for everybody
--   contact   those about a call in it, and all of its clients
--   everyone  all to be read, none to be written: no client's data
--   nobody    none
create function openseat_range_kind(target regclass, kind text) returns void language plpgsql as $$
declare
    of_client constant text := 'client_id = any ((select openseat_range_clients())::text[])';
    of_project constant text := 'project_id = any ((select openseat_range_projects())::text[])';
    named constant text := 'client_id in (select projects.client_id from projects)';
    projected constant boolean := exists (
        select 1 from pg_attribute where attrelid = target and attname = 'project_id');
    own text := of_client;
begin
    if projected then
        own := format('%s or %s', of_client, of_project);
    end if;
    case kind
        when 'project', 'client' then
            perform openseat_range(target, own, own);
        when 'setting' then
            perform openseat_range(target, format(
                '%s or client_id is null or %s%s', own, named,
                case when projected then ' and project_id is null' else '' end), own);
        when 'contact' then
            own := format('%s or exists (select 1 from calls where calls.call_id = %s.call_id)',
                          of_client, target);
            perform openseat_range(target, own, own);
        when 'everyone' then
            perform openseat_range(target, 'true', 'false');
        when 'nobody' then
            perform openseat_range(target, 'false', 'false');
    end case;
end $$;

-- Tables to come are bounded by what their columns tell, and in doubt closed.
create function openseat_range_by_columns(target regclass, protection text) returns void
language plpgsql as $$
declare
    columns constant text[] := array(
        select attname::text from pg_attribute
        where attrelid = target and attnum > 0 and not attisdropped);
begin
    perform openseat_range_kind(target, case
        when not 'client_id' = any (columns) then
            case protection when 'common' then 'everyone' else 'nobody' end
        when protection = 'shared' then 'setting'
        when 'project_id' = any (columns) then 'project'
        when 'call_id' = any (columns) then 'contact'
        else 'client'
    end);
end $$;

alter function openseat_protect(regclass, text) rename to openseat_protect_scope;
create function openseat_protect(target regclass, kind text) returns void language plpgsql as $$
begin
    perform openseat_protect_scope(target, kind);
    -- What hangs on an agent or a queue is seen by whoever sees that.
    if kind not in ('agent', 'queue') then
        perform openseat_range_by_columns(target, kind);
    end if;
end $$;
alter function openseat_protect_fold(regclass) rename to openseat_protect_fold_scope;
create function openseat_protect_fold(target regclass) returns void language plpgsql as $$
begin
    perform openseat_protect_fold_scope(target);
    perform openseat_range_by_columns(target, 'tenant');
end $$;
revoke execute on function
    openseat_range(regclass, text, text), openseat_range_kind(regclass, text),
    openseat_range_by_columns(regclass, text), openseat_protect(regclass, text),
    openseat_protect_fold(regclass) from public;

do $$
declare
    name text;
    of_client constant text := 'client_id = any ((select openseat_range_clients())::text[])';
    of_project constant text := 'project_id = any ((select openseat_range_projects())::text[])';
    own_seat constant text := '(select openseat_range_seat())';
    queue constant text := 'queue_id in (select queues.id from queues)';
    subject constant text := 'scope = ''queue'' and subject_id in (select queues.id from queues)'
        ' or scope = ''project'' and subject_id in (select projects.id from projects)';
begin
    foreach name in array array['queues', 'numbers', 'listed_numbers', 'usage_calls', 'rate_plans',
                                'seat_leases', 'number_leases'] loop
        perform openseat_range_kind(name, 'project');
    end loop;
    foreach name in array array['flows', 'calendars', 'hours', 'prompts', 'dispositions', 'scripts',
                                'client_pages', 'forms', 'form_versions', 'logos'] loop
        perform openseat_range_kind(name, 'setting');
    end loop;
    foreach name in array array['segments', 'call_notes', 'agent_calls', 'recordings', 'recording_files',
                                'recording_troubles'] loop
        perform openseat_range_kind(name, 'contact');
    end loop;
    foreach name in array array['operators', 'branches', 'cells', 'skills', 'busy_reasons', 'roles'] loop
        perform openseat_range_kind(name, 'everyone');
    end loop;
    -- Lines and hooks carry what is of every client; agents' time as a whole is of none.
    foreach name in array array['trunks', 'webhooks', 'webhook_deliveries', 'group_samples',
                                'figure_state', 'floor_checkpoint'] loop
        perform openseat_range_kind(name, 'nobody');
    end loop;

    perform openseat_range('clients', 'id = any ((select openseat_range_clients())::text[])'
        ' or id in (select projects.client_id from projects)',
        'id = any ((select openseat_range_clients())::text[])');
    perform openseat_range('projects',
        of_client || ' or id = any ((select openseat_range_projects())::text[])', of_client);
    perform openseat_range('flow_versions',
        'exists (select 1 from flows where flows.id = flow_versions.flow_id)',
        of_client || ' or exists (select 1 from flows where flows.id = flow_versions.flow_id'
        ' and flows.project_id = any ((select openseat_range_projects())::text[]))');
    perform openseat_range('script_versions',
        'exists (select 1 from scripts where scripts.id = script_versions.script_id)',
        of_client || ' or exists (select 1 from scripts where scripts.id = script_versions.script_id'
        ' and scripts.project_id = any ((select openseat_range_projects())::text[]))');

    perform openseat_range('calls',
        format('%s or %s or %s = any (agent_ids)', of_client, of_project, own_seat), 'false');
    foreach name in array array['figures', 'figure_calls'] loop
        perform openseat_range(name,
            format('%s or %s or agent_id = %s', of_client, of_project, own_seat), 'false');
    end loop;
    perform openseat_range('agent_time', 'agent_id = ' || own_seat, 'false');
    perform openseat_range('callbacks', format(
        '%s or %s or agent_id = %s or exists (select 1 from calls where calls.call_id = callbacks.call_id)',
        of_client, queue, own_seat), 'false');
    perform openseat_range('queue_samples', format('%s or %s', of_client, queue), 'false');
    perform openseat_range('journal', of_client || ' or exists (select 1 from calls where calls.call_id ='
        ' case when stream like ''call:%'' then substr(stream, 6)'
        ' when journal.client_id <> '''' then data ->> ''call_id'' end)', 'false');
    foreach name in array array['usage_storage', 'recording_access'] loop
        perform openseat_range(name, format(
            '%s or exists (select 1 from recordings where recordings.recording_id = %I.recording_id)',
            of_client, name), format(
            '%s or exists (select 1 from recordings where recordings.recording_id = %I.recording_id)',
            of_client, name));
    end loop;
    perform openseat_range('invoices',
        of_client || ' or rate_plan_id in (select rate_plans.id from rate_plans)',
        of_client || ' or rate_plan_id in (select rate_plans.id from rate_plans)');
    foreach name in array array['invoice_lines', 'invoice_charges'] loop
        perform openseat_range(name, format(
            '%s or exists (select 1 from invoices where invoices.id = %I.invoice_id)', of_client, name),
            format('%s or exists (select 1 from invoices where invoices.id = %I.invoice_id)', of_client, name));
    end loop;

    perform openseat_range('agents', 'id = any ((select openseat_range_agents())::text[])', of_client);
    perform openseat_range('agent_groups', 'id in (select agents.group_id from agents)', 'false');
    foreach name in array array['agent_queues', 'agent_postings'] loop
        perform openseat_range(name, queue, queue);
    end loop;
    perform openseat_range('phones', 'agent_id is null or agent_id in (select agents.id from agents)', 'false');
    -- The operator's people are named all over; who signs in for a client is that client's.
    perform openseat_range('users', 'client_id is null or ' || of_client, of_client);
    foreach name in array array['wallboards', 'screen_links'] loop
        perform openseat_range(name, 'client_id is null or ' || of_client, 'client_id is null or ' || of_client);
    end loop;
    foreach name in array array['thresholds', 'alarms'] loop
        perform openseat_range(name, subject, subject);
    end loop;
    perform openseat_range('figure_targets', subject, subject);
    -- Everybody's deeds are added, whoever does them.
    execute format('create policy ranged_reading on audit_entries as restrictive for select to openseat_app'
                   ' using ((select openseat_ranged()) is not true or %s)', of_client);
end $$;

-- A reference to what is out of range is no reference to nothing: an operator with a range is refused it
-- like a client.
create or replace function openseat_same_client() returns trigger language plpgsql as $$
declare
    referred text := to_jsonb(new) ->> tg_argv[1];
    allowed boolean;
begin
    if referred is null then
        return new;
    end if;
    execute format('select client_id is null or client_id is not distinct from $1 from %I where id = $2', tg_argv[0])
        into allowed using new.client_id, referred;
    if allowed is null and openseat_scope() = 'operator' and not openseat_ranged() then
        return new; -- not there at all: the foreign key says so
    end if;
    if allowed is not true then
        raise exception '% of another client', tg_argv[1]
            using errcode = 'foreign_key_violation', table = tg_table_name,
                  constraint = format('fk_%s_%s', tg_table_name, tg_argv[1]);
    end if;
    return new;
end $$;
