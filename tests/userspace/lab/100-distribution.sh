# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# The delay that the lab's network gives is the one asked for: a fixed part plus an
# exponentially distributed one; and the test sees it if it is not.
# vm: -i -n -t 200 -f $build/lab/one-way
. /t/lib.sh
. /t/net.sh

count=3000
delay=500000
mean=10000

# measure FILE: sorted one-way delays from node 1 to node 2
measure() {
	one-way n1 n2 10.0.0.2 $count | sort -n > "$1"
}

# law FILE OFFSET: how far the delays, less the OFFSET of the measurement, are from
# the law. Sets n, mu and sd, the mean and standard deviation in ns, and ks, the
# largest distance between the measured and the true distribution function at some
# percentiles, in 1/1000.
law() {
	read -r n mu sd ks <<-END
		$(figures "$1" "$2")
	END
}

figures() {
	while read -r value; do
		echo $((value - $2))
	done < "$1" | awk -v n=$count -v delay=$delay -v mean=$mean '
	{
		x[NR] = $1 - delay
		sum += x[NR]
		sum2 += x[NR] * x[NR]
	}
	END {
		# quantiles of the exponential distribution with mean 1, in 1/1000
		m = split("10:10 25:25 51:50 105:100 223:200 357:300 511:400 693:500 916:600 1204:700 1609:800 2303:900 2996:950 4605:990", q)
		for (i = 1; i <= m; i++) {
			split(q[i], p, ":")
			below = 0
			for (j = 1; j <= NR && x[j] <= p[1] * mean / 1000; j++)
				below++
			d = below * 1000 / n - p[2]
			if (d < 0)
				d = -d
			if (d > worst)
				worst = d
		}
		mu = sum / NR
		var = sum2 / NR - mu * mu
		# busybox awk has no sqrt()
		s = mean
		for (i = 0; i < 30; i++)
			s = (s + var / s) / 2
		printf "%d %d %d %d\n", NR, mu, s, worst
	}'
}

# normal FILE: the same mean and standard deviation, but a normal distribution
normal() {
	awk 'BEGIN {
		for (i = 0; i < 16000; i++) {
			sum = -6
			for (j = 0; j < 12; j++)
				sum += rand()
			printf "%d\n", sum / 2.5 * 8192
		}
	}' > "$1"
}

net_create 2
net_delay 2 $delay
measure /tmp/fixed
overhead=$(($(sed -n $((count / 2))p /tmp/fixed) - delay))
spread=$(($(sed -n $((count * 95 / 100))p /tmp/fixed) - $(sed -n $((count / 20))p /tmp/fixed)))
echo "# without jitter: overhead $overhead ns, 90 % within $spread ns"
check_true "a fixed delay varies by less than 2 us" "$spread < 2000"
check_true "what the measurement adds is below 30 us" "$overhead > 0 && $overhead < 30000"

net_delay 2 $delay $mean
measure /tmp/exp
law /tmp/exp "$overhead"
echo "# exponential: n $n, mean $mu ns, sd $sd ns, distance $ks/1000"
check_true "all packets arrived" "$n == $count"
# five standard errors: mean / sqrt(n), and for the sd of this law mean * sqrt(2 / n)
check_true "mean of the exponential part" "$mu > $mean - 920 && $mu < $mean + 920"
check_true "its standard deviation" "$sd > $mean - 1300 && $sd < $mean + 1300"
# 1.95 / sqrt(n): Kolmogorov's limit for 1 in 1000, and 10 for rounding
check_true "its distribution" "$ks < 46"

mkdir /planted
normal /planted/exponential.dist
TC_LIB_DIR=/planted net_delay 2 $delay $mean
measure /tmp/normal
law /tmp/normal "$overhead"
echo "# normal: n $n, mean $mu ns, sd $sd ns, distance $ks/1000"
check_true "a normal distribution is told from it" "$ks >= 46"
finish
