#!/bin/sh
kubectl annotate serviceaccount cart -n shop eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/cart --overwrite
