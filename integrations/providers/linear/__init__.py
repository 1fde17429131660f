from integrations.providers.linear.tickets import Linear as Linear
