mod channel_groups;
mod channels;
mod check;
mod payments_routing;
mod records;
mod webhooks;
