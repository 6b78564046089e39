"""Who and what there is: operators, clients, projects, people, queues, numbers, flows, phones."""
