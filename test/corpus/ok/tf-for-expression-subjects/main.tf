resource "aws_iam_role" "x" {
  for_each = var.roles
  name     = each.key
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for p in var.providers : {
      Effect    = "Allow"
      Principal = { Federated = p.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${p.issuer}:sub" = [for sa in each.value : "system:serviceaccount:${sa.namespace}:${sa.name}"]
        "${p.issuer}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}
