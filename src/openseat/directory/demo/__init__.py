"""The demonstration floor: an operator, two clients, their people, queues, numbers and flows."""
