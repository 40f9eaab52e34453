# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# libclocklink on the real device: what it reads is the page, in a container that has
# nothing but the device node, also one of somebody without privileges, and in time
# namespaces, which it finds or refuses.
# vm: -i $test -f $build/lab/lib-check -f /usr/bin/unshare
# shellcheck disable=SC2086 # $timens and $container are lists of words
. /t/lib.sh

device=/dev/clocklink0
offset=1000500000001
refused="the offset of the process's time namespace cannot be told"

insmod /mods/clocklink.ko
clocklinkctl instance add node=1 cluster=7 leader=1
printf '[node]\nid = 1\ncluster = 7\nleader = 1\n' > /tmp/a.conf
clocklinkd --config /tmp/a.conf 2> /tmp/daemon &
daemon=$!
check "the clock runs" clocklinkctl wait --timeout 10s

check "the library reads and converts as the page says" lib-check $device

# --- a container: namespaces of its own, a root with the program, its libraries, the node
root=/tmp/root
mkdir -p $root/dev $root/bin $root/t
cp /t/lib-check $root/t/
find / -xdev -name '*.so*' '(' -type f -o -type l ')' > /tmp/libraries
while read -r library; do
	mkdir -p "$root${library%/*}"
	cp "$library" "$root$library"
done < /tmp/libraries
cp -a $device $root/dev/
container="/t/unshare --mount --pid --net --ipc --uts --cgroup --fork chroot $root /t/lib-check"
check "a container without procfs reads it" $container $device

# --- one without privileges: user namespaces of somebody else, the node bound into its /dev
echo 'user:x:1000:1000::/:/bin/sh' >> /etc/passwd
cat > /tmp/bound << END
mount -t tmpfs dev $root/dev
touch $root$device
mount -o bind $device $root$device
mount -o remount,bind,ro,nosuid,noexec $root$device
exec chroot $root /t/lib-check \${REFUSED:+-e "\$REFUSED"} $device
END
# rootless OPTION...: the library in it; the options are those of unshare
rootless() {
	su user -c "/t/unshare --user --map-root-user --mount --pid --net --ipc --uts --cgroup $* --fork sh /tmp/bound"
}
check "a container without privileges reads it" rootless

# --- time namespaces
timens="lib-check -t $offset"
check_error "clocks are ahead in one" "not between|no time" $timens lib-check $device
check "in a time namespace" $timens lib-check -o $offset $device
check "opened before, read in one by a child" lib-check -o $offset -f $device
check "who makes one for its children reads as before" lib-check -m $device
check "in one, it does not know its own offset then" $timens lib-check -m -e "$refused" $device
check "nor without procfs" $timens $container -e "$refused" $device
check "unshare -T" unshare --time --monotonic 1000 --fork lib-check -o 1000000000000 $device
check "another boot time alone does not matter" unshare --time --boottime 1000 --fork lib-check $device
check "nor in a container without procfs" rootless --time --boottime 1000
export REFUSED="$refused"
check "which refuses to read with another monotonic time" rootless --time --monotonic 1000
check_error "an offset wrong by 1 ns would be noticed" "page" lib-check -o 1 $device

kill $daemon
wait $daemon
clocklinkctl instance del
rmmod clocklink
finish
