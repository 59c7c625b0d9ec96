package org.bufferyard.topology;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.draft.BoardDraft;
import org.bufferyard.platform.draft.DraftMemory;
import org.bufferyard.platform.draft.DraftMemory.Bank;
import org.bufferyard.platform.draft.DraftMemory.Region;
import org.bufferyard.platform.draft.Provenance;
import org.bufferyard.topology.model.board.BoardFactory;
import org.bufferyard.topology.model.board.DefaultRole;
import org.bufferyard.topology.model.board.Device;
import org.bufferyard.topology.model.board.IommuAddress;
import org.bufferyard.topology.model.board.Memory;
import org.bufferyard.topology.model.board.PoolKind;
import org.bufferyard.topology.model.board.ReservedPool;

/**
 * Memory of a draft: each static region stands in the bank that holds it, the dynamic ones keep
 * their order in the first bank, and what lies in no bank stands in one of its own that is no RAM.
 */
final class DraftMemoryConverter {
  private static final BoardFactory FACTORY = BoardFactory.eINSTANCE;

  /** Of banks that the file does not have. */
  private static final String FIRMWARE = "memory";

  private static final String OUTSIDE = "outside-ram";

  private final Provenance root;
  private final List<Memory> banks = new ArrayList<>();
  private final Map<String, ReservedPool> pools = new HashMap<>();
  private final Map<ReservedPool, List<DraftMemory.IommuAddress>> addresses = new HashMap<>();

  DraftMemoryConverter(BoardDraft draft) {
    root = draft.provenance();
    draft.memory().banks().forEach(b -> banks.add(bank(b)));
    if (banks.isEmpty()) {
      Memory bank = FACTORY.createMemory();
      bank.setBase(0L);
      named(bank, FIRMWARE);
      bank.setDescription("RAM that firmware tells the kernel of; its banks come with --ram.");
      banks.add(bank);
    }
    draft.memory().regions().forEach(this::region);
  }

  private void named(Memory bank, String name) {
    DraftParts.name(bank, name, root, false);
  }

  List<Memory> banks() {
    return banks;
  }

  /** By node path; where a node has several regions, the one that makes the pool. */
  Map<String, ReservedPool> pools() {
    return pools;
  }

  private static Memory bank(Bank draft) {
    Memory bank = FACTORY.createMemory();
    DraftParts.name(bank, draft.name(), draft.provenance(), draft.disabled());
    bank.setBase(draft.base());
    if (draft.size() != 0) {
      bank.setSize(draft.size());
    }
    return bank;
  }

  private void region(Region draft) {
    ReservedPool pool = FACTORY.createReservedPool();
    DraftParts.name(pool, draft.name(), draft.provenance(), draft.disabled());
    draft.label().ifPresent(label -> pool.setDescription("Label " + label + "."));
    if (draft.purpose() != DraftMemory.Purpose.SHARED_DMA_POOL) {
      pool.setKind(
          draft.purpose() == DraftMemory.Purpose.RESTRICTED_DMA_POOL
              ? PoolKind.RESTRICTED_DMA_POOL
              : PoolKind.RESERVED);
    }
    draft.base().ifPresent(pool::setBase);
    pool.setSize(draft.size());
    if (draft.alignment() != 0) {
      pool.setAlignment(draft.alignment());
    }
    if (draft.noMap()) {
      pool.setNoMap(true);
    }
    if (draft.reusable()) {
      pool.setReusable(true);
    }
    switch (draft.defaultFor()) {
      case NONE -> {}
      case CMA -> pool.setDefaultPool(DefaultRole.CMA);
      case DMA -> pool.setDefaultPool(DefaultRole.DMA);
    }
    draft.allocRanges().forEach(r -> pool.getAllocRanges().add(DraftParts.range(r)));
    home(draft).getPools().add(pool);
    pools.putIfAbsent(draft.provenance().nodePath(), pool);
    addresses.put(pool, draft.iommuAddresses());
  }

  private Memory home(Region draft) {
    if (draft.base().isEmpty()) {
      return banks.getFirst();
    }
    PhysRange range = new PhysRange(draft.base().getAsLong(), draft.size());
    return banks.stream()
        .filter(bank -> MemoryCheck.range(bank).map(r -> holds(r, range)).orElse(false))
        .findFirst()
        .or(() -> banks.stream().filter(bank -> !bank.isSetSize()).findFirst())
        .orElseGet(this::outside);
  }

  private static boolean holds(PhysRange bank, PhysRange region) {
    return bank.contains(region.base(), region.size());
  }

  private Memory outside() {
    Optional<Memory> there =
        banks.stream().filter(bank -> OUTSIDE.equals(bank.getName())).findFirst();
    return there.orElseGet(
        () -> {
          Memory bank = FACTORY.createMemory();
          bank.setBase(0L);
          bank.setSystemRam(false);
          bank.setDescription("Reserved regions that lie in no bank of the tree.");
          named(bank, OUTSIDE);
          banks.add(bank);
          return bank;
        });
  }

  void linkIommuAddresses(Map<String, Device> devices) {
    for (ReservedPool pool : pools.values()) {
      for (DraftMemory.IommuAddress address : addresses.getOrDefault(pool, List.of())) {
        if (devices.containsKey(address.device())) {
          IommuAddress element = FACTORY.createIommuAddress();
          element.setDevice(devices.get(address.device()));
          element.setIova(address.iova().base());
          element.setSize(address.iova().size());
          pool.getIommuAddresses().add(element);
        }
      }
    }
  }
}
