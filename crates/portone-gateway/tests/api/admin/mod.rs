mod channel_groups;
mod channels;
mod payments_routing;
mod records;
mod webhooks;
