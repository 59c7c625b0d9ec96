package org.bufferyard.check.stream;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Clue;
import org.osgi.service.component.annotations.Component;

/**
 * A device stays inside what was mapped for it, and goes the way it was mapped for. Without an IOMMU
 * nothing stops it otherwise, and with one a page is the least that can be closed. Stateless; safe
 * for any thread.
 */
@Component
public final class DeviceAccessRule implements CheckRule {
  private static final Rule OUTSIDE = Rule.of("C5", "dma_map_phys");
  private static final Rule DIRECTION = Rule.of("C5", "valid_dma_direction");

  @Override
  public Finding.Family family() {
    return Finding.Family.STREAM;
  }

  @Override
  public Watch open(CheckSite site) {
    return new AccessWatch(new Reports(site), new ReachBook(site.joined()));
  }

  private static final class AccessWatch implements Watch {
    private final Reports reports;
    private final ReachBook book;

    private AccessWatch(Reports reports, ReachBook book) {
      this.reports = reports;
      this.book = book;
    }

    @Override
    public void see(Clue clue) {
      book.see(clue);
      switch (clue.event()) {
        case DmaEvent.DeviceAccess a ->
            access(a.element(), a.address(), a.length(), a.write(), clue);
        case DmaEvent.Faulted f -> access(f.element(), f.address(), 1, f.write(), clue);
        default -> {}
      }
    }

    private void access(String device, long address, long length, boolean write, Clue clue) {
      if (book.isBlind(device)) {
        return;
      }
      long at = address;
      long end = address + length;
      while (at != end) {
        List<ReachBook.Range> ranges = book.at(device, at);
        if (ranges.isEmpty()) {
          outside(device, at, end - at, write, clue);
          return;
        }
        Optional<ReachBook.Range> fitting =
            ranges.stream().filter(r -> r.allows(write)).findFirst();
        if (fitting.isEmpty()) {
          wrongWay(device, ranges.getFirst(), at, write, clue);
          return;
        }
        long next = fitting.get().end();
        at = Long.compareUnsigned(next, end) < 0 ? next : end;
      }
    }

    private void outside(String device, long address, long rest, boolean write, Clue clue) {
      String what =
          reports.name(device)
              + (write ? " writes " : " reads ")
              + Reports.range(address, rest);
      Optional<ReachBook.Ended> late = book.lastAt(device, address);
      if (late.isPresent()) {
        reports.error(OUTSIDE, device, what + " after it was unmapped", late.get().by(), clue);
      } else {
        reports.error(OUTSIDE, device, what + ", which is not mapped for it", clue);
      }
    }

    private void wrongWay(
        String device, ReachBook.Range range, long address, boolean write, Clue clue) {
      reports.error(
          DIRECTION,
          device,
          reports.name(device)
              + (write ? " writes 0x" : " reads 0x")
              + Long.toHexString(address)
              + ", which is mapped for the other direction only",
          range.made(),
          clue);
    }
  }
}
