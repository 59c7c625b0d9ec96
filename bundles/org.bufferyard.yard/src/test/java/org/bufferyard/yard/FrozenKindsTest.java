package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.platform.registry.KindStatus;
import org.junit.jupiter.api.Test;

final class FrozenKindsTest {
  private final FakeKinds kinds = new FakeKinds();
  private final FrozenKinds frozen = new FrozenKinds(kinds);

  private AllocatorKind cma() {
    return frozen.choose(AllocatorKind.class, "cma", "fidelity").orElseThrow();
  }

  @Test
  void whatWasChosenStaysChosen() {
    AllocatorKind first = cma();
    kinds.put(AllocatorKind.class, "cma", (AllocatorKind) (s, c) -> new FakeAllocator(s, kinds.calls));
    assertSame(first, cma());
    assertNotSame(first, kinds.choose(AllocatorKind.class, "cma", "fidelity").orElseThrow());
  }

  @Test
  void whatWasMissingStaysMissing() {
    assertTrue(frozen.choose(AllocatorKind.class, "late", "fidelity").isEmpty());
    int before = frozen.models(AllocatorKind.class).size();
    kinds.put(AllocatorKind.class, "late", (AllocatorKind) (s, c) -> new FakeAllocator(s, kinds.calls));
    assertTrue(frozen.choose(AllocatorKind.class, "late", "fidelity").isEmpty());
    assertEquals(before, frozen.models(AllocatorKind.class).size());
  }

  @Test
  void whatBreaksIsOutOfUseForAllOthers() {
    AllocatorKind first = cma();
    frozen.quarantine(first, "broke");
    assertEquals(KindStatus.State.QUARANTINED, frozen.status().getFirst().state());
    assertTrue(kinds.choose(AllocatorKind.class, "cma", "fidelity").isEmpty());
    assertSame(first, cma());
  }
}
