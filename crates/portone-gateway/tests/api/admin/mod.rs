mod attempts_settle;
mod channel_groups;
mod channels;
mod check;
mod clock;
mod payments_routing;
mod records;
mod webhooks;
