variable "namespace" {
  default = "shop"
}

variable "name" {
  default = "cart"
}
