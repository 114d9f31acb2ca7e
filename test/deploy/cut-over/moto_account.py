"""Makes the account that the cut-over is tried in, in a moto server (first argument), and looks at it.

create: a load balancer with a listener, whose default rule and a rule share the traffic between two target groups
requests <count> <5xx>: what the function's group counts in this minute and in each of the next two
alarm: sets off the alarm
weights <ARN of the rule or of the listener>
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3

url, command, *arguments = sys.argv[1:]
ec2, elb, cloudwatch = (
    boto3.client(name, endpoint_url=url) for name in ("ec2", "elbv2", "cloudwatch")
)


def forward(existing, function):
    groups = [
        {"TargetGroupArn": existing, "Weight": 100},
        {"TargetGroupArn": function, "Weight": 0},
    ]
    stickiness = {"Enabled": True, "DurationSeconds": 600}
    config = {"TargetGroups": groups, "TargetGroupStickinessConfig": stickiness}
    return [{"Type": "forward", "ForwardConfig": config}]


def create():
    subnets = ec2.describe_subnets()["Subnets"][:2]
    vpc = subnets[0]["VpcId"]
    ids = [subnet["SubnetId"] for subnet in subnets]
    balancer = elb.create_load_balancer(Name="shop", Subnets=ids)["LoadBalancers"][0]
    existing = elb.create_target_group(
        Name="shop-ec2", Protocol="HTTP", Port=80, VpcId=vpc
    )["TargetGroups"][0]["TargetGroupArn"]
    function = elb.create_target_group(Name="shop", TargetType="lambda")
    function = function["TargetGroups"][0]["TargetGroupArn"]
    alias = "arn:aws:lambda:eu-west-1:123456789012:function:shop:live"
    elb.register_targets(TargetGroupArn=function, Targets=[{"Id": alias}])
    listener = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=forward(existing, function),
    )["Listeners"][0]["ListenerArn"]
    rule = elb.create_rule(
        ListenerArn=listener,
        Priority=40000,
        Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        Actions=forward(existing, function),
    )["Rules"][0]["RuleArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="shop-errors",
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    return {"listener": listener, "rule": rule}


def requests(count, errors):
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.describe_target_groups(Names=["shop"])["TargetGroups"][0]
    dimensions = [
        {"Name": "LoadBalancer", "Value": balancer.split("loadbalancer/")[1]},
        {"Name": "TargetGroup", "Value": group["TargetGroupArn"].split(":")[5]},
    ]
    # The minute may be over before it is asked for.
    times = [datetime.now(timezone.utc) + timedelta(minutes=minutes) for minutes in range(3)]
    counts = {"RequestCount": count, "HTTPCode_Target_5XX_Count": errors}
    data = [
        {"MetricName": name, "Dimensions": dimensions, "Timestamp": time, "Value": float(value)}
        for name, value in counts.items()
        for time in times
    ]
    cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)


def alarm():
    cloudwatch.set_alarm_state(AlarmName="shop-errors", StateValue="ALARM", StateReason="tried")


def weights(arn):
    if ":listener-rule/" in arn:
        actions = elb.describe_rules(RuleArns=[arn])["Rules"][0]["Actions"]
    else:
        actions = elb.describe_listeners(ListenerArns=[arn])["Listeners"][0]["DefaultActions"]
    config = actions[0]["ForwardConfig"]
    return {
        "weights": [group["Weight"] for group in config["TargetGroups"]],
        "stickiness": config.get("TargetGroupStickinessConfig"),
    }


commands = {"create": create, "requests": requests, "alarm": alarm, "weights": weights}
print(json.dumps(commands[command](*arguments)))
