from typing import get_args

from lowsr_tradeoff.classify import arms
from lowsr_tradeoff.records.network import Arm


def test_every_arm_is_in_one_group_and_explained():
    members = [arm for _, group in arms.GROUPS for arm in group]
    assert sorted(members) == sorted(get_args(Arm)) == sorted(arms.EXPLAINED)


def test_the_papers_arms_are_drawn_first_and_no_more_than_there_are_colours():
    everything = arms.drawn(reversed(get_args(Arm)))
    assert everything == ("raw", "finetuned", "basd", "cssd", "basd_cssd", "generation2")
    assert arms.drawn(["dkd", "finetuned"]) == ("finetuned", "dkd")
