variable "namespace" {
  type        = string
  description = "Where the workload runs"
}
