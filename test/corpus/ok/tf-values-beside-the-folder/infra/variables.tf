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
  type    = string
  default = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678"
}
