package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.iommu.arm.smmu.Command.AtcInvalidate;
import org.bufferyard.iommu.arm.unit.Tlb;

/**
 * A device with a translation cache (PCI Express ATS and PRI): what it was told once it uses without
 * asking, until it is told to forget; where it is refused, it may ask for the page. Engine thread
 * only.
 *
 * <p>Not modelled: devices that do not answer an invalidation; page requests of several pages;
 * credits.
 */
final class DeviceCache {
  private final Tlb translations = new Tlb();
  private boolean enabled;
  private boolean asks = true;
  private int nextGroup;

  /** Whether its ATS capability is on: else it sends addresses untranslated. */
  boolean isEnabled() {
    return enabled;
  }

  /** pci_enable_ats(), pci_disable_ats(). */
  void enable(boolean on) {
    enabled = on;
  }

  Tlb translations() {
    return translations;
  }

  static long tag(Transaction transaction) {
    return transaction.substream() + 1L;
  }

  void invalidate(AtcInvalidate command) {
    long tag = command.pasid() + 1L;
    translations.flush(tag, command.first(), command.last());
  }

  /** Whether it still asks for pages. */
  boolean asks() {
    return asks;
  }

  /** It was told that nothing answers its requests. */
  void stopAsking() {
    asks = false;
  }

  int newGroup() {
    int group = nextGroup;
    nextGroup = (nextGroup + 1) % PriRecord.GROUPS;
    return group;
  }
}
