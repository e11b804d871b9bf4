variable "environment" {
  type = string
}

variable "namespace" {
  type    = string
  default = "default"
}

variable "service_accounts" {
  type = map(object({ namespace = string, buckets = optional(list(string), []) }))
  default = {}
}

variable "oidc_provider_arn" {
  type = string
}
