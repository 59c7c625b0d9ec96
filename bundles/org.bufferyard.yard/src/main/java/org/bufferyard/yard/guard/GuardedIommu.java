package org.bufferyard.yard.guard;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.CountingTlb;
import org.bufferyard.api.iommu.DeviceGroups;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.MessageTarget;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.TlbCounts;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.registry.PlugInException;

/** An IOMMU whose surprises come out as a {@link PlugInException} that names it. */
public final class GuardedIommu implements Iommu, AttributedAccess {
  private final Iommu plugIn;
  private final PlugIn who;
  private final IommuSite site;

  public GuardedIommu(Iommu plugIn, PlugIn who, IommuSite site) {
    this.plugIn = plugIn;
    this.who = who;
    this.site = site;
  }

  @Override
  public GuardedDomain newDomain(DomainType type) {
    return new GuardedDomain(who.call("newDomain", () -> plugIn.newDomain(type)), who);
  }

  @Override
  public int attach(StreamId stream, IommuDomain domain) {
    IommuDomain own = domain instanceof GuardedDomain g ? g.plugIn() : domain;
    return who.callInt("attach", () -> plugIn.attach(stream, own));
  }

  /** One that hung attaches nothing any more: the yard closes it next. */
  @Override
  public void detach(StreamId stream) {
    if (!who.isCutOff()) {
      who.run("detach", () -> plugIn.detach(stream));
    }
  }

  @Override
  public Translation translate(StreamId stream, long address, boolean write) {
    final Watch.Call call = who.enter("translate");
    final Translation translation;
    try {
      translation = plugIn.translate(stream, address, write);
    } catch (Throwable thrown) {
      throw who.failure(call, "translate", thrown);
    }
    who.leave(call);
    return who.notNull(translation, "translate");
  }

  /** Hardware that knows nothing of attributes takes the access as any other. */
  @Override
  public Translation translate(
      StreamId stream, long address, boolean write, AccessAttributes attributes) {
    return plugIn instanceof AttributedAccess able
        ? who.call("translate", () -> able.translate(stream, address, write, attributes))
        : translate(stream, address, write);
  }

  /** Addresses of messages; empty where the hardware takes none. */
  public Optional<PhysRange> messages() {
    return plugIn instanceof MessageTarget target
        ? Optional.of(who.call("messages", target::messages))
        : Optional.empty();
  }

  /** The hardware's answer; it must {@linkplain #messages take messages}. */
  public Optional<Translation.Fault> message(StreamId stream, long address, int data) {
    MessageTarget target = (MessageTarget) plugIn;
    return who.call("message", () -> target.message(stream, address, data));
  }

  /** Whether the driver says which devices share a domain. */
  public boolean groupsDevices() {
    return plugIn instanceof DeviceGroups;
  }

  /** The driver's answer; it must {@linkplain #groupsDevices group devices}. */
  public Optional<String> group(List<StreamId> streams) {
    return who.call("group", () -> groups().group(streams));
  }

  public GuardedDomain newDomain(DomainType type, String group) {
    return new GuardedDomain(
        who.call("newDomain", () -> groups().newDomain(type, group)), who);
  }

  public List<PhysRange> reserved(String group) {
    return who.call("reserved", () -> List.copyOf(groups().reserved(group)));
  }

  public OptionalLong dmaMask(String group) {
    return who.call("dmaMask", () -> groups().dmaMask(group));
  }

  private DeviceGroups groups() {
    return (DeviceGroups) plugIn;
  }

  /** Empty when the plug-in does not count. */
  public Optional<TlbCounts> tlbCounts() {
    return plugIn instanceof CountingTlb tlb
        ? Optional.of(who.call("tlbCounts", tlb::tlbCounts))
        : Optional.empty();
  }

  @Override
  public boolean printsFaults() {
    return who.call("printsFaults", plugIn::printsFaults);
  }

  /** Closes it, and takes back what it leaves: its tables, and its way to the yard. */
  @Override
  public void close() {
    try {
      who.close(plugIn::close);
    } finally {
      site.revoke();
      site.takeBackTables();
    }
  }
}
