//! The V1 REST API and its browser SDK, as shops speak them (`api.iamport.kr`, `IMP.request_pay`).

pub(crate) mod dto;
pub(crate) mod names;
