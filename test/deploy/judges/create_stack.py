"""Creates a stack of the template (first argument) with moto, which plays AWS within this process, and prints as JSON
what is then there. Each further argument holds the parameters of one stack as JSON, in which "{listener}" and "{existing}" stand for the
ARNs of a listener and a target group that were there before.

moto's CloudFormation lacks Lambda's aliases and CloudWatch's alarms and gets a few things wrong, which is mended first:
with moto's own calls of Lambda and CloudWatch, so that what they refuse is refused.
"""

import io
import json
import sys
import warnings
import zipfile

import boto3
import moto.cloudformation.parsing as parsing
from moto import mock_aws
from moto.awslambda import models as awslambda
from moto.core.common_models import CloudFormationModel
from moto.elbv2.models import FakeTargetGroup

REGION = "eu-west-1"
created = []


def client(name):
    return boto3.client(
        name, region_name=REGION, aws_access_key_id="none", aws_secret_access_key="none"
    )


# AWS::NoValue in a list takes the entry away; moto leaves None.
clean = parsing.clean_json


def clean_json(value, resources):
    cleaned = clean(value, resources)
    return [item for item in cleaned if item is not None] if isinstance(cleaned, list) else cleaned


parsing.clean_json = clean_json

awslambda.LambdaVersion.has_cfn_attr = classmethod(lambda cls, name: name == "Version")
awslambda.LambdaVersion.get_cfn_attribute = lambda self, name: str(self.version)
FakeTargetGroup.has_cfn_attr = classmethod(lambda cls, name: name == "TargetGroupFullName")
FakeTargetGroup.get_cfn_attribute = lambda self, name: self.arn.split(":")[-1]

create_target_group = FakeTargetGroup.create_from_cloudformation_json.__func__


def create_whole_target_group(cls, resource_name, cloudformation_json, *args, **options):
    """With its attributes and targets, which moto forgets."""
    group = create_target_group(cls, resource_name, cloudformation_json, *args, **options)
    properties = cloudformation_json["Properties"]
    client("elbv2").modify_target_group_attributes(
        TargetGroupArn=group.arn, Attributes=properties["TargetGroupAttributes"]
    )
    client("elbv2").register_targets(TargetGroupArn=group.arn, Targets=properties["Targets"])
    return group


FakeTargetGroup.create_from_cloudformation_json = classmethod(create_whole_target_group)


def create_permission(cls, resource_name, cloudformation_json, account_id, region_name, **_):
    """On the alias that FunctionName's ARN ends in."""
    properties = cloudformation_json["Properties"]
    function, qualifier = properties["FunctionName"].rsplit(":", 1)
    client("lambda").add_permission(
        FunctionName=function,
        Qualifier=qualifier,
        StatementId=resource_name,
        **{key: value for key, value in properties.items() if key != "FunctionName"},
    )
    return awslambda.Permission(region=region_name)


awslambda.Permission.create_from_cloudformation_json = classmethod(create_permission)


class Alias(CloudFormationModel):
    __module__ = "moto.awslambda"

    def __init__(self, arn):
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_type():
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *_, **__):
        return cls(client("lambda").create_alias(**cloudformation_json["Properties"])["AliasArn"])


class Alarm(CloudFormationModel):
    __module__ = "moto.cloudwatch"

    def __init__(self, name):
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_type():
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, *_, **__):
        alarm = numbers(cloudformation_json["Properties"])
        client("cloudwatch").put_metric_alarm(**alarm)
        return cls(alarm["AlarmName"])


def numbers(alarm):
    """Parameters are texts, of which CloudFormation makes what the property is."""
    return {
        key: int(value) if key in ("EvaluationPeriods", "Threshold") else value
        for key, value in alarm.items()
        if value is not None
    }


create = parsing.parse_and_create_resource


def record(logical_id, *args, **options):
    resource = create(logical_id, *args, **options)
    if resource is not None:
        created.append(logical_id)
    return resource


parsing.parse_and_create_resource = record


def main(template, parameters):
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=REGION + zone
        )["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    elb = client("elbv2")
    balancer = elb.create_load_balancer(Name="shop-lb", Subnets=subnets)["LoadBalancers"][0]
    existing = elb.create_target_group(Name="shop-ec2", Protocol="HTTP", Port=80, VpcId=vpc)
    existing = existing["TargetGroups"][0]["TargetGroupArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": existing}],
    )["Listeners"][0]["ListenerArn"]

    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.mjs", "export const handler = async () => ({ statusCode: 200 })")
    s3 = client("s3")
    s3.create_bucket(
        Bucket=parameters["CodeBucket"], CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    s3.put_object(Bucket=parameters["CodeBucket"], Key=parameters["CodeKey"], Body=code.getvalue())

    places = {
        "{listener}": listener,
        "{existing}": existing,
        "{vpc}": vpc,
        "{subnets}": ",".join(subnets),
        "{certificate}": client("acm").request_certificate(DomainName="shop.example")["CertificateArn"],
    }
    client("cloudformation").create_stack(
        StackName="shop",
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": places.get(value, value)}
            for key, value in parameters.items()
        ],
    )
    stack = client("cloudformation").describe_stacks(StackName="shop")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    group = outputs["TargetGroupArn"]
    attributes = elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    targets = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    function = client("lambda")
    return {
        "status": stack["StackStatus"],
        "created": list(created),
        "listener": listener,
        "existing": existing,
        "outputs": outputs,
        "rules": elb.describe_rules(ListenerArn=outputs["ListenerArn"])["Rules"],
        "attributes": {one["Key"]: one["Value"] for one in attributes},
        "targets": [one["Target"]["Id"] for one in targets],
        "policy": json.loads(function.get_policy(FunctionName="shop", Qualifier="live")["Policy"]),
        "alias": function.get_alias(FunctionName="shop", Name="live")["FunctionVersion"],
        "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
        "listeners": [
            [one["Protocol"], one["Port"], one["DefaultActions"]]
            for one in elb.describe_listeners(
                LoadBalancerArn=elb.describe_listeners(ListenerArns=[outputs["ListenerArn"]])["Listeners"][0]["LoadBalancerArn"]
            )["Listeners"]
        ],
    }


def in_fresh_account(template, parameters):
    created.clear()
    with mock_aws():
        return main(template, parameters)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    stacks = [in_fresh_account(text, json.loads(parameters)) for parameters in sys.argv[2:]]
    print(json.dumps(stacks, default=str))
