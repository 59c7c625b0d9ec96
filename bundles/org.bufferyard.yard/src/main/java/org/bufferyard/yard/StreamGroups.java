package org.bufferyard.yard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.platform.spec.DeviceSpec;

/**
 * Which devices an IOMMU cannot tell apart (D13): those of one stated group, and those that name the
 * same stream. They share a domain. Immutable.
 *
 * <p>Not seen here: streams that only an IOMMU's own mask makes equal.
 */
final class StreamGroups {
  /** A key of the device's group, by device; one that is missing is its own. */
  private final Map<String, String> parents = new HashMap<>();

  StreamGroups(List<DeviceSpec> devices) {
    Map<StreamId, String> first = new HashMap<>();
    for (DeviceSpec device : devices) {
      device.group().ifPresent(group -> join(device.id(), group));
      for (StreamId stream : device.streams()) {
        String owner = first.putIfAbsent(stream, device.id());
        if (owner != null) {
          join(device.id(), owner);
        }
      }
    }
  }

  private void join(String device, String other) {
    String from = root(device);
    String to = root(other);
    if (!from.equals(to)) {
      parents.put(from, to);
    }
  }

  private String root(String key) {
    String at = key;
    for (String next = parents.get(at); next != null; next = parents.get(at)) {
      at = next;
    }
    return at;
  }

  /** The key of a device's group. */
  String of(DeviceSpec device) {
    return root(device.id());
  }
}
