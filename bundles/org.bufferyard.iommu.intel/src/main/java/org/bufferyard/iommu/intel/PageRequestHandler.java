package org.bufferyard.iommu.intel;

import java.util.List;
import java.util.Optional;
import org.bufferyard.api.event.DmaEvent.KernelMessage;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.PageRequest;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.iommu.intel.InvalidationDescriptor.PageGroupResponse;

/**
 * The driver's end of the page request queue ({@code drivers/iommu/intel/prq.c: prq_event_thread(),
 * intel_prq_report(), intel_iommu_page_response()}): a sound request goes to whoever handles the
 * faults of its domain, one that cannot be right is answered at once. Engine thread only.
 *
 * <p>Not modelled: waiting (the handler answers before the next request is read), draining when a
 * PASID goes, groups of several requests (a device has one page out).
 */
final class PageRequestHandler {
  /** PRQ_ORDER 4: 2048 requests. */
  static final long BYTES = 1L << 16;

  /** Requests without a PASID are taken since "Separate page request queue from SVM". */
  private static final Rule PASID_NEEDED = Rule.of("D14", "prq_event_thread").until(6, 13);

  /** Then the core answered INVALID by itself ("Make iommu_report_device_fault() return void"). */
  private static final Rule HANDLER_NEEDED = Rule.of("D14", "handle_bad_prq_event").until(6, 9);

  private final String id;
  private final TableWords words;
  private final IommuContext context;
  private final QueuedInvalidation queue;
  private long memory = TableWords.NONE;

  PageRequestHandler(
      String id, TableWords words, IommuContext context, QueuedInvalidation queue) {
    this.id = id;
    this.words = words;
    this.context = context;
    this.queue = queue;
  }

  /** intel_iommu_enable_prq(): without memory devices ask nothing. */
  void enable(PageRequestQueue hardware) {
    memory = words.allocate(BYTES);
    if (memory == TableWords.NONE) {
      print("IOMMU: %s: Failed to allocate page request queue");
      return;
    }
    hardware.enable(memory, BYTES);
  }

  /** prq_event_thread(). */
  void handle(PageRequestQueue hardware) {
    hardware.clearStatus(PageRequestQueue.PPR);
    long tail = hardware.tail();
    for (long at = hardware.head(); at != tail; at = at + PageRequestDescriptor.BYTES & BYTES - 1) {
      handle(hardware.at(at));
    }
    hardware.setHead(tail);
    if ((hardware.status() & PageRequestQueue.PRO) != 0) {
      print("IOMMU: %s: PRQ overflow detected");
      if (hardware.head() == hardware.tail()) {
        hardware.clearStatus(PageRequestQueue.PRO);
        print("IOMMU: %s: PRQ overflow cleared");
      }
    }
  }

  private void handle(PageRequestDescriptor request) {
    Optional<String> wrong = wrong(request);
    if (wrong.isPresent()) {
      print(wrong.get());
      refuse(request);
      return;
    }
    boolean stopMarker = request.last() && !request.read() && !request.write();
    if (!stopMarker) {
      report(request);
    }
  }

  /** handle_bad_prq_event(). */
  private void refuse(PageRequestDescriptor request) {
    print("%s: Invalid page request: ".concat(words(request)));
    respond(request, PageRequest.Response.INVALID);
  }

  private static String words(PageRequestDescriptor request) {
    return "%08x %08x".formatted(request.first(), request.second());
  }

  private Optional<String> wrong(PageRequestDescriptor request) {
    if (!request.hasPasid() && PASID_NEEDED.holdsIn(context.kernel())) {
      return Optional.of("IOMMU: %s: Page request without PASID");
    }
    long sign = request.address() >> 47;
    if (sign != 0 && sign != -1) {
      return Optional.of("IOMMU: %s: Address is not canonical");
    }
    if (request.privileged() && (request.read() || request.write())) {
      return Optional.of("IOMMU: %s: Page request in Privilege Mode");
    }
    return request.execute() && request.read()
        ? Optional.of("IOMMU: %s: Execution request not supported")
        : Optional.empty();
  }

  /** intel_prq_report(). */
  private void report(PageRequestDescriptor request) {
    Optional<PageRequest.Response> answer =
        context.reportDeviceFault(
            new PageRequest(
                new StreamId(id, List.of((long) request.source())),
                request.pasid(),
                request.address(),
                request.write(),
                request.privileged(),
                request.execute(),
                request.group(),
                request.last()));
    if (answer.isEmpty() && HANDLER_NEEDED.holdsIn(context.kernel())) {
      refuse(request);
    } else {
      respond(request, answer.orElse(PageRequest.Response.INVALID));
    }
  }

  /** intel_iommu_page_response(): only the last of a group is answered. */
  private void respond(PageRequestDescriptor request, PageRequest.Response answer) {
    if (request.last()) {
      queue.submit(
          new PageGroupResponse(
              request.source(),
              request.hasPasid(),
              request.hasPasid() ? request.pasid() : 0,
              switch (answer) {
                case SUCCESS -> PageGroupResponse.SUCCESS;
                case INVALID -> PageGroupResponse.INVALID;
                case FAILURE -> PageGroupResponse.FAILURE;
              },
              request.group(),
              true));
    }
  }

  private void print(String format) {
    if (context.events().on()) {
      context
          .events()
          .emit(
              new KernelMessage(
                  id, MessageClass.IOMMU_FAULT, "DMAR: " + format.formatted(id)));
    }
  }

  void close(PageRequestQueue hardware) {
    hardware.disable();
    if (memory != TableWords.NONE) {
      words.free(memory, BYTES);
      memory = TableWords.NONE;
    }
  }
}
