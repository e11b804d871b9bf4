resource "aws_iam_role" "a" {
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Federated": ${jsonencode(var.provider_arns)} },
      "Action": ${jsonencode(local.actions)},
      "Condition": {
        "StringEquals": {
          "${local.issuer}:sub": ${jsonencode([for s in var.subjects : "system:serviceaccount:${s}"])},
          "${local.issuer}:aud": "sts.amazonaws.com"
        }
      }
    }
  ]
}
EOF
}

resource "aws_iam_role" "b" {
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": ${jsonencode(concat(local.base, var.extra))}
    }
  EOF
}

resource "aws_iam_role" "c" {
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        %{~ for p in var.providers ~}
        {
          "Effect": "Allow",
          "Principal": { "Federated": "${p.arn}" },
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": { "StringEquals": { "${p.issuer}:sub": "system:serviceaccount:x:a", "${p.issuer}:aud": "sts.amazonaws.com" } }
        },
        %{~ endfor ~}
        { "Effect": "Allow", "Principal": { "Service": "pods.eks.amazonaws.com" }, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": { "StringEquals": { "aws:SourceAccount": "${var.account}" } } }
      ]
    }
  EOT
}
