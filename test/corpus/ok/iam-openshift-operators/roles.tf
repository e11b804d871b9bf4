data "aws_iam_policy_document" "registry" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${var.account}:oidc-provider/${var.oidc_endpoint_url}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${var.oidc_endpoint_url}:sub"
      values   = ["system:serviceaccount:openshift-image-registry:registry", "system:serviceaccount:kube-system:control-plane-operator"]
    }
  }
}
