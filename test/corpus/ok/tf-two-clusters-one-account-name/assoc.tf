resource "aws_eks_pod_identity_association" "blue" {
  cluster_name    = "blue"
  namespace       = "web"
  service_account = "nginx"
  role_arn        = "arn:aws:iam::111122223333:role/nginx"
}

resource "aws_eks_pod_identity_association" "green" {
  cluster_name    = "green"
  namespace       = "web"
  service_account = "nginx"
  role_arn        = "arn:aws:iam::111122223333:role/nginx"
}

resource "aws_eks_pod_identity_association" "each" {
  for_each        = toset(var.clusters)
  cluster_name    = each.value
  namespace       = "web"
  service_account = "nginx"
  role_arn        = "arn:aws:iam::111122223333:role/nginx"
}
