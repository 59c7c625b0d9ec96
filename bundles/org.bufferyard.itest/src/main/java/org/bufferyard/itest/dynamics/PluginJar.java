package org.bufferyard.itest.dynamics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.bufferyard.api.allocator.AllocatorKind;

/**
 * A bundle with one component of somebody else's.
 *
 * @param version of the bundle
 * @param code the component's class; it may not refer to another of its package
 * @param ranking of its service
 * @param more of the component's description: references, for one
 * @param attributes of the component's element
 */
record PluginJar(
    String version, Class<? extends AllocatorKind> code, int ranking, String more, String attributes) {
  static final String NAME = "org.example.observed";
  static final String MODEL = "observed";

  private static final String COMPONENT =
      """
      <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="%s" %s>
        <implementation class="%s"/>
        <service><provide interface="%s"/></service>
        <property name="models" type="String">%s</property>
        <property name="service.ranking" type="Integer" value="%d"/>
        %s
      </scr:component>
      """;

  String component() {
    return NAME + "-" + version;
  }

  InputStream open() throws IOException {
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", NAME);
    headers.putValue("Bundle-Version", version);
    headers.putValue("Import-Package", "org.bufferyard.api.allocator");
    headers.putValue("Service-Component", "OSGI-INF/one.xml");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      String name = code.getName().replace('.', '/') + ".class";
      jar.putNextEntry(new JarEntry(name));
      try (InputStream in = PluginJar.class.getResourceAsStream("/" + name)) {
        in.transferTo(jar);
      }
      jar.putNextEntry(new JarEntry("OSGI-INF/one.xml"));
      jar.write(
          COMPONENT
              .formatted(
                  component(),
                  attributes,
                  code.getName(),
                  AllocatorKind.class.getName(),
                  MODEL,
                  ranking,
                  more)
              .getBytes(StandardCharsets.UTF_8));
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
