package org.bufferyard.dma;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.platform.yard.MappingLedger;

/** The yard's ledger, as plain as can be. */
final class TestLedger implements MappingLedger {
  private final List<Entry> entries = new ArrayList<>();

  @Override
  public void add(Entry entry) {
    entries.add(entry);
  }

  @Override
  public boolean remove(Entry entry) {
    return entries.remove(entry);
  }

  @Override
  public Optional<Entry> find(String device, long dma) {
    return entries.stream().filter(e -> e.device().equals(device) && e.dma() == dma).findFirst();
  }

  @Override
  public List<Entry> of(String device) {
    return entries.stream().filter(e -> e.device().equals(device)).toList();
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public int undo(String device) {
    List<Entry> theirs = of(device);
    for (int i = theirs.size() - 1; i >= 0; i--) {
      entries.remove(theirs.get(i));
      theirs.get(i).undo().run();
    }
    return theirs.size();
  }
}
