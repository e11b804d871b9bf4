variable "name" { type = string }

variable "namespace" {
  type    = string
  default = "default"
}

variable "service_accounts" {
  type    = list(string)
  default = ["*"]
}

variable "oidc_provider_arn" { type = string }

variable "policy_arns" {
  type    = map(string)
  default = {}
}
