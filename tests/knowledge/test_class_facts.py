"""Facts about the classes of libraries: every row has its evidence, and finds what it is about."""

from __future__ import annotations

import pytest

from detachlint.knowledge.class_facts import BASES, ancestors_in, is_derived

POLICIES = "stable_baselines3.common.policies"


@pytest.mark.parametrize("pattern", list(BASES.names()))
def test_rows_name_ancestors_of_the_same_library_and_have_evidence(pattern: str) -> None:
    _, _, evidence = (BASES.row(pattern) or "").partition("\t")
    assert len(evidence) > 8 and "\t" not in evidence
    root = pattern.partition(".")[0]
    assert ancestors_in(pattern)
    assert {ancestor.partition(".")[0] for ancestor in ancestors_in(pattern)} == {root}


@pytest.mark.parametrize(
    ("name", "ancestor"),
    [
        (f"{POLICIES}.ActorCriticPolicy", f"{POLICIES}.BasePolicy"),
        (f"{POLICIES}.ActorCriticCnnPolicy", f"{POLICIES}.ActorCriticPolicy"),
        ("stable_baselines3.PPO", "stable_baselines3.common.base_class.BaseAlgorithm"),
        ("stable_baselines3.sac.SACPolicy", f"{POLICIES}.BaseModel"),
        ("peft.PeftModelForCausalLM", "peft.PeftModel"),
    ],
)
def test_what_is_derived_is_known_wherever_it_is_imported_from(name: str, ancestor: str) -> None:
    assert is_derived(name, ancestor)
    assert not is_derived(ancestor, name)


@pytest.mark.parametrize(
    ("name", "ancestor"),
    [
        ("stable_baselines3.PPO", f"{POLICIES}.BasePolicy"),
        (
            "stable_baselines3.PPO",
            "stable_baselines3.common.off_policy_algorithm.OffPolicyAlgorithm",
        ),
        ("mine.policies.ActorCriticPolicy", f"{POLICIES}.BasePolicy"),
        (f"{POLICIES}.ActorCriticPolicy", "mine.policies.BasePolicy"),
        (f"{POLICIES}.BasePolicy", f"{POLICIES}.ActorCriticPolicy"),
    ],
)
def test_nothing_else_is(name: str, ancestor: str) -> None:
    assert not is_derived(name, ancestor)
