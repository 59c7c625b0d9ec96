package org.bufferyard.yard;

import java.util.Optional;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.platform.registry.PlugInException;

/** An IOMMU whose surprises come out as a {@link PlugInException} that names it. */
final class GuardedIommu implements Iommu {
  private final Iommu plugIn;
  private final PlugIn who;

  GuardedIommu(Iommu plugIn, PlugIn who) {
    this.plugIn = plugIn;
    this.who = who;
  }

  @Override
  public GuardedDomain newDomain(DomainType type) {
    try {
      return new GuardedDomain(who.notNull(plugIn.newDomain(type), "newDomain"), who);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("newDomain", thrown);
    }
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    try {
      return plugIn.attach(stream, domain instanceof GuardedDomain g ? g.plugIn() : domain);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("attach", thrown);
    }
  }

  @Override
  public void detach(StreamId stream) {
    try {
      plugIn.detach(stream);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("detach", thrown);
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    try {
      return who.notNull(plugIn.translate(stream, address, write), "translate");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("translate", thrown);
    }
  }

  /** Empty when the plug-in does not count. */
  Optional<TlbCounts> tlbCounts() {
    try {
      return plugIn instanceof CountingTlb tlb
          ? Optional.of(who.notNull(tlb.tlbCounts(), "tlbCounts"))
          : Optional.empty();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("tlbCounts", thrown);
    }
  }

  @Override
  public boolean printsFaults() {
    try {
      return plugIn.printsFaults();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("printsFaults", thrown);
    }
  }

  @Override
  public void close() {
    try {
      plugIn.close();
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
      throw who.failure("close", thrown);
    }
  }
}
