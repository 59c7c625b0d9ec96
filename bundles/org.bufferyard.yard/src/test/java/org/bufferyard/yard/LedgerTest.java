package org.bufferyard.yard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.yard.MappingLedger.Entry;
import org.bufferyard.platform.yard.MappingLedger.Kind;
import org.junit.jupiter.api.Test;

/** The book of live mappings. */
final class LedgerTest {
  private final Ledger ledger = new Ledger();
  private final List<String> undone = new ArrayList<>();

  private Entry entry(String device, long dma, String name) {
    return new Entry(Kind.SINGLE, device, dma, 4096, () -> undone.add(name));
  }

  private Entry added(String device, long dma, String name) {
    Entry entry = entry(device, dma, name);
    ledger.add(entry);
    return entry;
  }

  @Test
  void undoOfADeviceGoesNewestFirstAndLeavesTheOthers() {
    added("a", 0x1000, "a1");
    Entry other = added("b", 0x1000, "b1");
    added("a", 0x2000, "a2");
    added("a", 0x3000, "a3");
    assertEquals(3, ledger.undo("a"));
    assertEquals(List.of("a3", "a2", "a1"), undone);
    assertEquals(1, ledger.size());
    assertEquals(List.of(other), ledger.of("b"));
    assertEquals(0, ledger.undo("a"));
  }

  @Test
  void removingRunsNoUndoAndHappensOnce() {
    Entry entry = added("a", 0x1000, "a1");
    assertTrue(ledger.remove(entry));
    assertFalse(ledger.remove(entry));
    assertEquals(List.of(), undone);
    assertEquals(0, ledger.size());
    assertEquals(Optional.empty(), ledger.find("a", 0x1000));
  }

  @Test
  void entriesAreTheirIdentityAndTheNewestOfOneAddressIsFound() {
    Entry first = added("a", 0x1000, "first");
    Entry second = new Entry(first.kind(), "a", 0x1000, 4096, first.undo());
    ledger.add(second);
    assertSame(second, ledger.find("a", 0x1000).orElseThrow());
    ledger.remove(second);
    assertSame(first, ledger.find("a", 0x1000).orElseThrow());
    assertEquals(Optional.empty(), ledger.find("b", 0x1000));
    assertThrows(IllegalArgumentException.class, () -> ledger.add(first));
  }

  @Test
  void anUndoMayRemoveOtherEntriesAndItself() {
    Entry old = added("a", 0x1000, "old");
    Entry[] self = new Entry[1];
    self[0] =
        new Entry(
            Kind.COHERENT,
            "a",
            0x2000,
            4096,
            () -> {
              assertFalse(ledger.remove(self[0]), "it is off the books when its undo runs");
              ledger.remove(old);
              undone.add("new");
            });
    ledger.add(self[0]);
    assertEquals(1, ledger.undo("a"));
    assertEquals(List.of("new"), undone);
    assertEquals(0, ledger.size());
  }

  @Test
  void allUndosRunAlthoughOneThrows() {
    added("a", 0x1000, "a1");
    ledger.add(
        new Entry(
            Kind.SINGLE,
            "a",
            0x2000,
            4096,
            () -> {
              throw new IllegalArgumentException("not live");
            }));
    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> ledger.undo("a"));
    assertTrue(failure.getMessage().contains("'a'"), failure.getMessage());
    assertEquals(List.of("a1"), undone);
    assertEquals(0, ledger.size());
  }
}
