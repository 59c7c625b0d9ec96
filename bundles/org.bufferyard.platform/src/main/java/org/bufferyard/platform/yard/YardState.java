package org.bufferyard.platform.yard;

import java.util.List;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysMemory;
import org.osgi.annotation.versioning.ProviderType;

/** What a task on the engine thread works with. Not to be kept beyond the task. */
@ProviderType
public interface YardState {
  /**
   * The device of that id.
   *
   * <p>One behind an enabled IOMMU whose table format no plug-in brings has a domain like any other.
   * What needs no table works (a pool of its own, attaching); what does need one, such as an IOVA,
   * ends in a {@link org.bufferyard.platform.input.NoTableFormatException}.
   *
   * @throws org.bufferyard.platform.input.BadInputException when there is none, or when the plug-in
   *     of its IOMMU is out of use
   */
  YardDevice device(String id);

  /**
   * Removes a device and creates it anew: default masks and parameters, a new group and domain,
   * empty IOVA space; what it left behind is undone from the ledger.
   */
  default YardDevice recreate(String id) {
    return recreate(List.of(id)).getFirst();
  }

  /**
   * Removes all of these devices, then creates them in this order. Devices that share a group keep
   * its domain as long as one of them stays, so a shared domain starts empty only when all of its
   * devices are named here.
   */
  List<YardDevice> recreate(List<String> ids);

  /**
   * The driver leaves and comes back without giving anything back: as {@link #recreate(List)}, but
   * pages, bounce slots and pool blocks that it held stay taken for ever. Mappings behind an IOMMU
   * end with the domain.
   */
  List<YardDevice> rebind(List<String> ids);

  KernelProfile kernel();

  Dma dma();

  DmaBufs dmaBufs();

  PhysMemory memory();

  /** Memory as the cores see it. */
  CpuCache cache();

  /** The device's own way to memory. */
  DeviceBus bus(DmaDevice device);

  /**
   * The device's own side of its register windows: CPU addresses, no bus and no IOMMU on the way.
   * What it puts there others find there; windows that nothing was put into answer 0xff.
   */
  DeviceBus inside(DmaDevice device);

  /** What the device's driver does; unknown drivers say so. */
  DriverFacts facts(DmaDevice device);

  /** The device's hardware, from its kind or a plain one that moves patterned frames. */
  Device hardware(DmaDevice device);

  EventLog events();

  MappingLedger ledger();

  /** Makes things fail. */
  Injection injection();

  /** Recorded placements to follow. */
  Placements placements();

  /** What is taken beyond a fresh yard. */
  Balance balance();

  /** The bounce pools that are on: restricted ones in board order, then the default one. */
  List<BounceArea> bounceAreas();

  /** Of the IOMMUs that count, in board order. */
  List<TranslationCache> translationCaches();

  /**
   * Exchanges plug-ins. One plan, one outcome, in the plan's order; a swap without a successor parks.
   * The old instances are closed and their contexts revoked; one that throws or hangs while it is
   * closed stops nothing.
   *
   * <p>Devices that {@link KindSwap#devices} names are made anew: handles to them are dead.
   *
   * @throws IllegalStateException when a device of {@link KindSwap#devices} holds a mapping or an
   *     allocation; then nothing was changed
   */
  List<SwapOutcome> swap(List<KindSwap> plan);

  /**
   * Closes who serves now, over the heads of what is live: that stays where it is, in the yard's own
   * books. Requests find no memory, no addresses or no kind until a later {@link #swap} brings a
   * successor.
   *
   * @param swap its successor does not count
   * @return {@link SwapOutcome.Parked}, or {@link SwapOutcome.Outdated}
   * @throws IllegalStateException as of {@link #swap}
   */
  SwapOutcome park(KindSwap swap);

  /** Virtual time, ns. */
  long nowNanos();

  /** Lets virtual time pass: timers that fall due meanwhile go off in order. */
  void advance(long nanos);
}
