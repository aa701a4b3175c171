mod channel_groups;
mod channels;
mod clock;
mod payments_routing;
mod records;
mod webhooks;
